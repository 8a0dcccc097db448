package dev.lockstep.lpu.isa;

/** Instructions of a port. */
public sealed interface LinkInstruction extends Instruction {
    /** Sends a vector, with its label, to the port at the other end. */
    record Send(Flow from) implements LinkInstruction {
        @Override
        public Send advanced(int words, int labels) {
            return new Send(from.advanced(labels));
        }
    }

    /**
     * Takes the oldest vector that has arrived.
     *
     * @param expected the label with which it was sent
     */
    record Receive(int expected, Flow to) implements LinkInstruction {
        @Override
        public Receive advanced(int words, int labels) {
            return new Receive(Flow.later(expected, labels), to.advanced(labels));
        }
    }

    /** Waits for the overflow of the hardware-aligned counter: the next cycle that is a multiple of the epoch. */
    record Deskew() implements LinkInstruction {
        @Override
        public Deskew advanced(int words, int labels) {
            return this;
        }
    }

    /** Takes up the drift against the parent chip within so many cycles. */
    record RuntimeDeskew(int cycles) implements LinkInstruction {
        @Override
        public RuntimeDeskew advanced(int words, int labels) {
            return this;
        }
    }

    /** Releases the queues of the chip at the other end that are parked on {@link ControlInstruction.Sync}. */
    record Transmit() implements LinkInstruction {
        @Override
        public Transmit advanced(int words, int labels) {
            return this;
        }
    }
}
