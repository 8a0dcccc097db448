package dev.lockstep.graph;

/** Activation functions of gated feed-forward layers. */
public enum Activation {
    /** x / (1 + exp(-x)). */
    SILU("silu");

    private final String text;

    Activation(String text) {
        this.text = text;
    }

    /** The name in the graph's text form. */
    public String text() {
        return text;
    }
}
