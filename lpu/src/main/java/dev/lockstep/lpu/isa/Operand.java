package dev.lockstep.lpu.isa;

/** Where an ALU finds an operand. */
public sealed interface Operand {
    /** The same operand, {@code labels} labels later. */
    Operand advanced(int labels);

    /** On a group of streams. */
    record OfStream(Flow from) implements Operand {
        @Override
        public OfStream advanced(int labels) {
            return new OfStream(from.advanced(labels));
        }
    }

    /**
     * The latest result of an ALU.
     *
     * @param held whether repetitions of the instruction read one and the same result
     */
    record OfAlu(int alu, int label, boolean held) implements Operand {
        @Override
        public OfAlu advanced(int labels) {
            return held || label == 0 || labels == 0 ? this : new OfAlu(alu, label + labels, false);
        }
    }

    /** The same number in all lanes. */
    record Constant(int bits) implements Operand {
        public static Constant of(float value) {
            return new Constant(Float.floatToRawIntBits(value));
        }

        @Override
        public Constant advanced(int labels) {
            return this;
        }
    }
}
