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
    private final int[] groups;
    private final int[] before;

    /**
     * @param first word of the first tile, counted from {@code base}
     * @param columnBlocks numbers of the blocks of columns that hold anything, which are also the indices of their activations
     * @param rows rows of every output vector
     */
    public TileWords(int first, int base, List<Integer> columnBlocks, List<Integer> rows) {
        this.first = first;
        this.base = base;
        this.columnBlocks = List.copyOf(columnBlocks);
        this.groups = rows.stream()
                .mapToInt(r -> (r + Slices.PAIRS - 1) / Slices.PAIRS)
                .toArray();
        this.before = new int[groups.length];
        for (int i = 1; i < groups.length; i++) {
            before[i] = before[i - 1] + groups[i - 1];
        }
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
        return new Address(first + before[output] * blocks(hemisphere) + block * groups[output], base);
    }

    /** Words that the matrix takes in every slice; as many in both hemispheres. */
    public int size() {
        int last = groups.length - 1;
        return groups.length == 0 ? 0 : (before[last] + groups[last]) * blocks(Hemisphere.WEST);
    }
}
