package dev.lockstep.graph;

/** What a value holds for each token. */
public enum RowKind {
    /** Floats. */
    F32("f32"),
    /** Floats rounded to 8-bit integers, a scale per block of 32. */
    Q8("q8"),
    /** Chosen experts and their weights. */
    CHOICE("choice");

    private final String text;

    RowKind(String text) {
        this.text = text;
    }

    /** The name in the graph's text form. */
    public String text() {
        return text;
    }
}
