package dev.lockstep.lpu.isa;

/** Instructions that any queue understands. */
public sealed interface ControlInstruction extends Instruction {
    @Override
    default ControlInstruction advanced(int words, int labels) {
        return this;
    }

    /** Parks the queue until some queue of the chip notifies. */
    record Sync() implements ControlInstruction {}

    /** Releases all parked queues of the chip, 35 cycles later. */
    record Notify() implements ControlInstruction {}

    /**
     * Takes 640 bytes of program text into the queue: a vector in its own cycle, and the next one, labelled one later, in the cycle after.
     */
    record Fetch(Flow from) implements ControlInstruction {
        /** Cycles for which it keeps its queue, and vectors that it takes. */
        public static final int VECTORS = 2;

        @Override
        public Fetch advanced(int words, int labels) {
            return new Fetch(from.advanced(labels));
        }
    }

    /** Uses only so many superlanes from now on; the others sleep. */
    record Configure(int superlanes) implements ControlInstruction {}
}
