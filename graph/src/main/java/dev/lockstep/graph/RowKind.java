package dev.lockstep.graph;

/** What a value holds for each token. */
public enum RowKind {
    /** Floats. */
    F32("f32"),
    /** Floats rounded to 8-bit integers, a scale per block of 32. */
    Q8("q8"),
    /** Floats rounded to 16-bit integers, a scale per block of 32. */
    Q16("q16"),
    /** Chosen experts and their weights. */
    CHOICE("choice");

    private final String text;

    RowKind(String text) {
        this.text = text;
    }

    /** Whether rows are integers in scaled blocks, which is what products with quantised weights read. */
    public boolean quantized() {
        return switch (this) {
            case Q8, Q16 -> true;
            case F32, CHOICE -> false;
        };
    }

    /** The name in the graph's text form. */
    public String text() {
        return text;
    }
}
