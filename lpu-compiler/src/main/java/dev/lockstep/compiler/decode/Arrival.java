package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.machine.Hemisphere;

/**
 * A block of the residual that a chip has in memory.
 *
 * @param inward the least key with which it can be read so that it flows inward, from the side that has it first
 * @param outward the least key with which it can be read so that it flows outward, on either side
 * @param source the chip of the node that sent it, which has it sooner; {@link #HERE} if each chip has computed it
 */
record Arrival(int block, long inward, long outward, int source) {
    static final int HERE = -1;

    /** The last bytes flow inward with a key, the same on all chips but the one that sent them. */
    static Arrival flowing(Geometry geometry, int block, long w, int source) {
        // The far side's memory is written last; its word can be read in the next cycle.
        return new Arrival(block, w + 1 + geometry.read, geometry.crossing(w) + 1 + geometry.read, source);
    }

    /** The vector unit has sent it outward with a key, on both sides. */
    static Arrival computed(Geometry geometry, int block, long u) {
        int slice = Layout.residual(block).slices().getLast();
        return new Arrival(block, u + 2L * geometry.memory(slice) + 1 + geometry.read, u + 1 + geometry.read, HERE);
    }

    /** The side on which a chip has it first; west where that is both. */
    Hemisphere side(int chip) {
        return source == HERE || chip == source ? Hemisphere.WEST : Ports.side(Ports.local(chip, source));
    }
}
