package dev.lockstep.compiler.layout;

import dev.lockstep.lpu.isa.Address;
import java.util.Arrays;
import java.util.List;

/**
 * Where the tiles of a matrix lie in the slices that feed the arrays: output after output, and for each of them block of columns after block of
 * columns. Blocks are dealt out to the {@linkplain Chain chains} in turn; what is loaded at the same time lies in the same words.
 *
 * <p>A matrix can also stand {@linkplain #aside}, in the slices next to the vector unit. They are fewer, so that a group has {@value Slices#ASIDE} rows and only the first planes can be fed: each
 * output then takes two rounds, one for the chains of the first planes and one for those of the second, and the sums are the same.
 */
public final class TileWords {
    private final int first;
    private final int base;
    private final List<Integer> columnBlocks;
    private final List<Chain> chains;
    private final int rounds;
    private final int[] groups;
    private final int[] before;

    /**
     * @param first word of the first tile, counted from {@code base}
     * @param columnBlocks numbers of the blocks of columns that hold anything, which are also the indices of their activations
     * @param rows rows of every output vector
     * @param chains arrays that sum blocks beside one another
     */
    public TileWords(int first, int base, List<Integer> columnBlocks, List<Integer> rows, List<Chain> chains) {
        this(
                first,
                base,
                columnBlocks,
                chains.subList(0, Math.min(chains.size(), columnBlocks.size())),
                1,
                groups(rows));
    }

    private TileWords(int first, int base, List<Integer> columnBlocks, List<Chain> chains, int rounds, int[] groups) {
        this.first = first;
        this.base = base;
        this.columnBlocks = List.copyOf(columnBlocks);
        this.chains = chains;
        this.rounds = rounds;
        this.groups = groups;
        this.before = new int[groups.length * rounds + 1];
        for (int i = 0; i < groups.length * rounds; i++) {
            before[i + 1] = before[i] + groups(i) * steps(i);
        }
    }

    /** A matrix of INT8 in the slices next to the vector unit, whose words count from 0. */
    public static TileWords aside(List<Integer> columnBlocks, List<Integer> rows) {
        return new TileWords(0, Address.ABSOLUTE, columnBlocks, Chain.BYTES, 2, groups(rows));
    }

    private static int[] groups(List<Integer> rows) {
        return rows.stream()
                .mapToInt(r -> (r + Slices.PAIRS - 1) / Slices.PAIRS)
                .toArray();
    }

    /** The same with words counted from another one. */
    public TileWords from(int word) {
        return new TileWords(first + word, base, columnBlocks, chains, rounds, groups);
    }

    /** Whether the matrix stands aside. */
    public boolean aside() {
        return rounds > 1;
    }

    /** The tiles of some output vectors. */
    public TileWords slice(int output, int count) {
        int[] some = Arrays.copyOfRange(groups, output, output + count);
        return new TileWords(words(output * rounds, 0).word(), base, columnBlocks, chains, rounds, some);
    }

    /** The chains that have anything to sum at the same time. */
    public List<Chain> chains() {
        return chains.subList(0, chains.size() / rounds);
    }

    /** Vectors of the result. */
    public int outputs() {
        return groups.length;
    }

    /** Rounds of an output vector: sums that are added in the end. */
    public int rounds() {
        return rounds;
    }

    /** Rounds of all output vectors. */
    public int items() {
        return groups.length * rounds;
    }

    /** Groups of 16 rows in the tiles of an item. */
    public int groups(int item) {
        return groups[item / rounds];
    }

    /** How many blocks of columns the first chain sums for an item; the others have as many, or one less. */
    public int steps(int item) {
        return blocks(item, 0);
    }

    /** How many blocks of columns a chain sums. */
    public int blocks(int item, int chain) {
        return (columnBlocks.size() - number(item, chain) + chains.size() - 1) / chains.size();
    }

    /** The number of a chain's block among all blocks. */
    public int index(int item, int chain, int block) {
        return columnBlocks.get(chains.size() * block + number(item, chain));
    }

    /** The first group of a tile. */
    public Address words(int item, int block) {
        return new Address(first + before[item] + block * (item == items() ? 0 : groups(item)), base);
    }

    /** Words that the matrix takes in every slice. */
    public int size() {
        return before[items()];
    }

    private int number(int item, int chain) {
        return item % rounds * (chains.size() / rounds) + chain;
    }
}
