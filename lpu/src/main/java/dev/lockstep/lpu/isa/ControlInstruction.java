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

    /** Takes 640 bytes of program text, in two cycles from a stream, into the queue. */
    record Fetch(Stream from) implements ControlInstruction {}

    /** Uses only so many superlanes from now on; the others sleep. */
    record Configure(int superlanes) implements ControlInstruction {}
}
