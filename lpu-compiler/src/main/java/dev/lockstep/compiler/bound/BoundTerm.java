package dev.lockstep.compiler.bound;

/** One reason why a token cannot come sooner. */
public enum BoundTerm {
    HOPS("hops", "links between chips, one after the other, of sums and of the pipeline"),
    LINKS(
            "link slots",
            "vectors that follow each other over one link, where they take longer than the weights beside them"),
    WEIGHTS("weights", "streams that bring weights to the arrays, where they take longer than the links beside them"),
    CACHE("keys and values", "streams that bring the cache to the arrays"),
    ARRAYS("array latency", "rows that pass through an array and wait for the result"),
    VECTORS("vector latency", "chains of operations in the vector unit and ways to it"),
    HEAD("last matrix and sampling", "output matrix, the choice of a token, and its way back to the first chip");

    private final String title;
    private final String words;

    BoundTerm(String title, String words) {
        this.title = title;
        this.words = words;
    }

    public String title() {
        return title;
    }

    public String words() {
        return words;
    }
}
