package dev.lockstep.lpu.isa;

/** Instructions of a memory slice. They move one byte plane. */
public sealed interface MemoryInstruction extends Instruction {
    /** Puts a word onto a stream. */
    record Read(Address from, Flow to) implements MemoryInstruction {
        @Override
        public Read advanced(int words, int labels) {
            return new Read(from.advanced(words), to.advanced(labels));
        }
    }

    /** Stores what a stream carries. */
    record Write(Flow from, Address to) implements MemoryInstruction {
        @Override
        public Write advanced(int words, int labels) {
            return new Write(from.advanced(labels), to.advanced(words));
        }
    }

    /**
     * Reads in every tile a word of its own: {@code from} plus an offset, which is found, as an unsigned 16-bit number, in the first lane of the tile of
     * the two streams from {@code map} on.
     */
    record Gather(Address from, Flow map, Flow to) implements MemoryInstruction {
        public Gather {
            requirePair(map);
        }

        @Override
        public Gather advanced(int words, int labels) {
            return new Gather(from.advanced(words), map.advanced(labels), to.advanced(labels));
        }
    }

    /** Writes in every tile to a word of its own; offsets as in {@link Gather}. */
    record Scatter(Flow map, Flow from, Address to) implements MemoryInstruction {
        public Scatter {
            requirePair(map);
        }

        @Override
        public Scatter advanced(int words, int labels) {
            return new Scatter(map.advanced(labels), from.advanced(labels), to.advanced(words));
        }
    }

    private static void requirePair(Flow map) {
        if (!map.stream().aligned(Element.FP16.planes())) {
            throw new IsaException("A map needs two streams from an even one on, not from " + map.stream() + ".");
        }
    }
}
