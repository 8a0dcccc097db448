package dev.lockstep.compiler.layout;

import dev.lockstep.lpu.isa.Address;
import java.util.List;

/**
 * Where the tiles of a matrix lie in the pairs of slices that feed the arrays: output after output, and for each of them block of columns after block of
 * columns. Blocks are dealt out to the {@linkplain Chain chains} in turn; what is loaded at the same time lies in the same words.
 */
public final class TileWords {
    private final int first;
    private final int base;
    private final List<Integer> columnBlocks;
    private final List<Chain> chains;
    private final int[] groups;
    private final int[] before;

    /**
     * @param first word of the first tile, counted from {@code base}
     * @param columnBlocks numbers of the blocks of columns that hold anything, which are also the indices of their activations
     * @param rows rows of every output vector
     * @param chains arrays that sum blocks beside one another
     */
    public TileWords(int first, int base, List<Integer> columnBlocks, List<Integer> rows, List<Chain> chains) {
        this.first = first;
        this.base = base;
        this.columnBlocks = List.copyOf(columnBlocks);
        this.chains = chains.subList(0, Math.min(chains.size(), columnBlocks.size()));
        this.groups = rows.stream()
                .mapToInt(r -> (r + Slices.PAIRS - 1) / Slices.PAIRS)
                .toArray();
        this.before = new int[groups.length + 1];
        for (int i = 0; i < groups.length; i++) {
            before[i + 1] = before[i] + groups[i];
        }
    }

    /** The chains that have anything to sum. */
    public List<Chain> chains() {
        return chains;
    }

    /** Vectors of the result. */
    public int outputs() {
        return groups.length;
    }

    /** Groups of 16 rows in the tiles of an output vector. */
    public int groups(int output) {
        return groups[output];
    }

    /** How many blocks of columns the first chain sums; the others have as many, or one less. */
    public int steps() {
        return blocks(0);
    }

    /** How many blocks of columns a chain sums. */
    public int blocks(int chain) {
        return (columnBlocks.size() - chain + chains.size() - 1) / chains.size();
    }

    /** The number of a chain's block among all blocks. */
    public int index(int chain, int block) {
        return columnBlocks.get(chains.size() * block + chain);
    }

    /** The first group of a tile. */
    public Address words(int output, int block) {
        return new Address(first + before[output] * steps() + block * groups[output], base);
    }

    /** Words that the matrix takes in every slice. */
    public int size() {
        return before[groups.length] * steps();
    }
}
