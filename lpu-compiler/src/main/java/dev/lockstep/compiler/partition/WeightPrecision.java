package dev.lockstep.compiler.partition;

import dev.lockstep.lpu.isa.Element;

/** How weights lie in memory and enter the arrays; activations and the cache are FP16 with both. */
public enum WeightPrecision {
    INT8(Element.INT8),
    FP16(Element.FP16);

    private static final int PLANES = 4;

    private final Element element;

    WeightPrecision(Element element) {
        this.element = element;
    }

    public Element element() {
        return element;
    }

    public int bytes() {
        return element.planes();
    }

    /** Arrays of a chip with weights of their own: those of FP16 fill both planes of a hemisphere. */
    public int arrays() {
        return PLANES / bytes();
    }
}
