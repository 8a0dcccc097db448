package dev.lockstep.graph;

/** How finely activations are rounded before they meet quantised weights. */
public enum Precision {
    /** 8 bits: the fastest. */
    NORMAL("normal", RowKind.Q8, KvType.F16),
    /** 16 bits: a hundredth of the error, for the price of a second integer dot product. */
    HIGH("high", RowKind.Q16, KvType.F32);

    private final String text;
    private final RowKind activations;
    private final KvType kvType;

    Precision(String text, RowKind activations, KvType kvType) {
        this.text = text;
        this.activations = activations;
        this.kvType = kvType;
    }

    /** The name that users give. */
    public String text() {
        return text;
    }

    /** What activations are rounded to. */
    public RowKind activations() {
        return activations;
    }

    /** The KV cache whose own rounding is not the larger one. */
    public KvType kvType() {
        return kvType;
    }
}
