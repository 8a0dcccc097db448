package dev.lockstep.lpu.isa;

/** Instructions that move data between lanes. */
public sealed interface SwitchInstruction extends Instruction {
    Flow from();

    Flow to();

    /** Inside every superlane, lane i gets what lane {@code map[i]} had; one byte plane. */
    record Distribute(Flow from, int map, Flow to) implements SwitchInstruction {
        @Override
        public Distribute advanced(int words, int labels) {
            return new Distribute(from.advanced(labels), map, to.advanced(labels));
        }
    }

    /** Lane i gets what lane {@code map[i]} of the whole vector had, in {@code planes} streams at once. */
    record Permute(int planes, Flow from, int map, Flow to) implements SwitchInstruction {
        @Override
        public Permute advanced(int words, int labels) {
            return new Permute(planes, from.advanced(labels), map, to.advanced(labels));
        }
    }

    /** Lane i gets what lane i + {@code lanes} had, 0 where there is none, in {@code planes} streams at once. */
    record Shift(int planes, Flow from, int lanes, Flow to) implements SwitchInstruction {
        @Override
        public Shift advanced(int words, int labels) {
            return new Shift(planes, from.advanced(labels), lanes, to.advanced(labels));
        }
    }

    /** Lane j of stream i of every superlane becomes lane i of stream j, over 16 streams from a multiple of 16 on. */
    record Transpose(Flow from, Flow to) implements SwitchInstruction {
        /** Streams, and lanes of a superlane. */
        public static final int SIZE = 16;

        @Override
        public Transpose advanced(int words, int labels) {
            return new Transpose(from.advanced(labels), to.advanced(labels));
        }
    }

    /** From {@code size} streams (3 or 4), {@code size * size}: stream {@code i * size + j} is stream i shifted by j lanes. */
    record Rotate(int size, Flow from, Flow to) implements SwitchInstruction {
        public Rotate {
            if (size != 3 && size != 4) {
                throw new IsaException("Rotations are of 3 or 4 streams, not " + size + ".");
            }
        }

        @Override
        public Rotate advanced(int words, int labels) {
            return new Rotate(size, from.advanced(labels), to.advanced(labels));
        }
    }
}
