package dev.lockstep.graph;

/** Activation functions of gated feed-forward layers. */
public enum Activation {
    /** x / (1 + exp(-x)). */
    SILU("silu"),
    /** The tangent form of GELU (Hendrycks and Gimpel 2016): 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
    GELU("gelu"),
    /**
     * Of a gate and what it lets through (gpt-oss, 2025): g / (1 + exp(-1.702 g)) * (u + 1), where g is the gate up to 7 and u the
     * other from -7 to 7.
     */
    SWIGLU_OAI("swiglu_oai");

    private final String text;

    Activation(String text) {
        this.text = text;
    }

    /** The name in the graph's text form. */
    public String text() {
        return text;
    }
}
