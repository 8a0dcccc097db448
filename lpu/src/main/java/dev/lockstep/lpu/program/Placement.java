package dev.lockstep.lpu.program;

import java.util.List;

/**
 * A block at its place in the program of a chip.
 *
 * @param block index among the program's blocks
 * @param start cycle 0 of the block
 * @param bases words that are added to the addresses that refer to them
 */
public record Placement(int block, long start, List<Integer> bases) {
    public Placement {
        bases = List.copyOf(bases);
    }
}
