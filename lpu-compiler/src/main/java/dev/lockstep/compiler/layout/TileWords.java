package dev.lockstep.compiler.layout;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/**
 * Where the tiles of a matrix lie in the pairs of slices that feed the arrays: output after output, and for each of them block of columns after block of
 * columns; even blocks in the west, odd ones in the east.
 */
public final class TileWords {
    private final int first;
    private final int base;
    private final List<Integer> columnBlocks;
    private final int planes;
    private final int[] groups;
    private final int[] before;

    /**
     * @param first word of the first tile, counted from {@code base}
     * @param columnBlocks numbers of the blocks of columns that hold anything, which are also the indices of their activations
     * @param rows rows of every output vector
     * @param planes tiles that lie side by side in the same words: 2 for INT8, of which each plane of a hemisphere has its own, 1 for FP16
     */
    public TileWords(int first, int base, List<Integer> columnBlocks, List<Integer> rows, int planes) {
        this.first = first;
        this.base = base;
        this.columnBlocks = List.copyOf(columnBlocks);
        this.groups = rows.stream()
                .mapToInt(r -> (r + Slices.PAIRS - 1) / Slices.PAIRS)
                .toArray();
        this.planes = planes;
        this.before = new int[(groups.length + planes - 1) / planes];
        for (int i = 1; i < before.length; i++) {
            before[i] = before[i - 1] + depth(i - 1);
        }
    }

    /** Tiles that lie side by side. */
    public int planes() {
        return planes;
    }

    /** How often tiles are loaded for a block of columns. */
    public int rounds() {
        return before.length;
    }

    /** Groups of 16 rows in the larger one of the tiles of a round. */
    public int depth(int round) {
        int depth = 0;
        for (int output = round * planes; output < Math.min((round + 1) * planes, groups.length); output++) {
            depth = Math.max(depth, groups[output]);
        }
        return depth;
    }

    /** Vectors of the result. */
    public int outputs() {
        return groups.length;
    }

    /** Groups of 16 rows in the tiles of an output vector. */
    public int groups(int output) {
        return groups[output];
    }

    /** How many blocks of columns a hemisphere sums. */
    public int blocks(Hemisphere hemisphere) {
        int all = columnBlocks.size();
        return hemisphere == Hemisphere.WEST ? (all + 1) / 2 : all / 2;
    }

    /** The number of a hemisphere's block among all blocks. */
    public int index(Hemisphere hemisphere, int block) {
        return columnBlocks.get(2 * block + hemisphere.ordinal());
    }

    /** The first group of a tile. */
    public Address words(Hemisphere hemisphere, int output, int block) {
        int round = output / planes;
        return new Address(first + before[round] * blocks(hemisphere) + block * depth(round), base);
    }

    /** Words that the matrix takes in every slice; as many in both hemispheres. */
    public int size() {
        int last = before.length - 1;
        return last < 0 ? 0 : (before[last] + depth(last)) * blocks(Hemisphere.WEST);
    }
}
