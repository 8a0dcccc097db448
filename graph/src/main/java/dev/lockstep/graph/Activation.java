package dev.lockstep.graph;

/** Activation functions of gated feed-forward layers. */
public enum Activation {
    /** x / (1 + exp(-x)). */
    SILU("silu"),
    /** The tangent form of GELU (Hendrycks and Gimpel 2016): 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
    GELU("gelu");

    private final String text;

    Activation(String text) {
        this.text = text;
    }

    /** The name in the graph's text form. */
    public String text() {
        return text;
    }
}
