package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Where things lie that all blocks share. In both hemispheres the twelve slices next to the vector unit are three groups of four, for floats;
 * a half-precision vector takes two of them.
 *
 * <pre>
 *           west                                       east
 *   0 - 1   normed row, lane                           residual stream (0 - 3), offset of the value's block, tables of positions
 *   2 - 3   gathered row, queries, keys, weights
 *   4 - 7   cosines, mask, tables, gains, biases       floats: results, partial sums (4 - 7), sines
 *   8 - 9   floats: sines, token, results, scores (8 - 11)    normed row, numbers of rows
 *  10 - 11                                             gathered row, values, weights
 *  12 - 43  ones, weights, keys                        ones, weights, values
 * </pre>
 *
 * @param turns ways in which queries and keys depend on their position
 * @param windows different lengths of what a token sees, apart from everything before it
 * @param residual vectors of the residual stream
 * @param gathered most vectors of any gathered row
 * @param capacity most positions
 * @param headSize elements of a head; 0 without attention
 * @param headsPerVector most heads whose results share a vector
 * @param aside words of the slices next to the vector unit that hold weights
 * @param words of a slice
 */
record MemoryMap(
        int turns,
        int windows,
        int residual,
        int gathered,
        int capacity,
        int headSize,
        int headsPerVector,
        int lanes,
        int aside,
        int words) {
    private static final int ABSOLUTE = Address.ABSOLUTE;

    /** The first word of every pair: a row of ones. */
    static final Address ONES = Address.of(0);

    /** The first word of weights. */
    static final int FIRST_WEIGHTS = 1;

    Vectors row() {
        return new Vectors(Element.FP32, Hemisphere.EAST, Slices.quad(0), 0, ABSOLUTE, residual);
    }

    Vectors valueOffset() {
        return new Vectors(Element.FP32, Hemisphere.EAST, Slices.quad(0), residual, ABSOLUTE, 1);
    }

    Vectors normed(Hemisphere hemisphere) {
        int slice = hemisphere == Hemisphere.WEST ? 0 : Slices.quad(2);
        return new Vectors(Element.FP16, hemisphere, slice, 0, ABSOLUTE, residual);
    }

    Vectors gathered(Hemisphere hemisphere) {
        return new Vectors(Element.FP16, hemisphere, halfSlice(hemisphere), 0, ABSOLUTE, gathered);
    }

    /** The slices of gathered rows, behind which there is room for other halves. */
    static int halfSlice(Hemisphere hemisphere) {
        return hemisphere == Hemisphere.WEST ? 2 : Slices.quad(2) + 2;
    }

    Vectors cos(int turn) {
        return west(turn, 1);
    }

    /** Hides positions that are still to come. */
    Vectors mask() {
        return west(turns, blocks());
    }

    /** Hides positions that a window has left behind. */
    Vectors windowMask(int window) {
        return west(turns + (1 + window) * blocks(), blocks());
    }

    /** For each head of a vector of results all bits in its lanes; the last is empty. */
    Vectors slotMasks() {
        return new Vectors(Element.FP16, Hemisphere.WEST, Slices.quad(1), tables(), ABSOLUTE, headsPerVector + 1);
    }

    Vectors keyOffsets() {
        return new Vectors(Element.FP16, Hemisphere.WEST, Slices.quad(1) + 2, tables(), ABSOLUTE, Slices.PAIRS);
    }

    Vectors lane() {
        return new Vectors(Element.FP16, Hemisphere.WEST, 0, residual, ABSOLUTE, 1);
    }

    Vectors sin(int turn) {
        return new Vectors(Element.FP32, Hemisphere.WEST, Slices.quad(2), turn, ABSOLUTE, 1);
    }

    /** Numbers that belong to the token's position, a lane each. */
    Vectors stepRow() {
        int word = tables() + Slices.PAIRS + 1;
        return new Vectors(Element.FP16, Hemisphere.WEST, Slices.quad(1) + 2, word, ABSOLUTE, 1);
    }

    /** The most likely token, in every lane: the last one of the text, when it goes on. */
    Vectors token() {
        return new Vectors(Element.INT32, Hemisphere.WEST, Slices.quad(2), turns, ABSOLUTE, 1);
    }

    /** The first word for intermediate floats in the west. */
    int firstWestFloats() {
        return turns + 1;
    }

    /** Numbers of the rows of tables that belong to the token's position: its angles, its lane, and for each block a mask, and one more for each window. */
    Vectors rowNumbers() {
        return new Vectors(
                Element.FP16, Hemisphere.EAST, Slices.quad(2), residual, ABSOLUTE, 2 + (1 + windows) * blocks());
    }

    /** Cosines, one row for each position. */
    Vectors cosTable(int turn) {
        return new Vectors(
                Element.FP32, Hemisphere.EAST, Slices.quad(0), residual + 1 + turn * capacity, ABSOLUTE, capacity);
    }

    /** Sines, at the end of slices whose beginning is room for floats. */
    Vectors sinTable(int turn) {
        return new Vectors(
                Element.FP32, Hemisphere.EAST, Slices.quad(1), words - (turns - turn) * capacity, ABSOLUTE, capacity);
    }

    /** Row n hides all lanes but the first n. */
    Vectors maskTable() {
        return new Vectors(
                Element.FP32, Hemisphere.EAST, Slices.quad(0), residual + 1 + turns * capacity, ABSOLUTE, lanes + 1);
    }

    /** Row n hides the first n lanes; only where there are windows. */
    Vectors windowTable() {
        int word = maskTable().word() + maskTable().count();
        return new Vectors(Element.FP32, Hemisphere.EAST, Slices.quad(0), word, ABSOLUTE, windows > 0 ? lanes + 1 : 0);
    }

    /** Row n has all bits in lane n. */
    Vectors laneTable() {
        int word = windowTable().word() + windowTable().count();
        return new Vectors(Element.FP16, Hemisphere.EAST, Slices.quad(0), word, ABSOLUTE, lanes);
    }

    /** Beside it, numbers that belong to each position. */
    Vectors stepTable() {
        return new Vectors(
                Element.FP16, Hemisphere.EAST, Slices.quad(0) + 2, laneTable().word(), ABSOLUTE, capacity);
    }

    /** The position of the token, in every lane. */
    Vectors position() {
        return new Vectors(Element.INT32, Hemisphere.EAST, Slices.quad(2), words - 1, ABSOLUTE, 1);
    }

    /** Words of a slice for intermediate results. */
    int roomWords() {
        return words - turns * capacity - aside;
    }

    /** The first word of weights that stand aside. */
    int firstAside() {
        return roomWords();
    }

    /** Words that the residual stream and tables take beside one another. */
    int tableWords() {
        return laneTable().word() + Math.max(laneTable().count(), stepTable().count());
    }

    /** The first word of gains and biases. */
    int firstConstants() {
        return tables() + Math.max(headsPerVector + 1, Slices.PAIRS + 2);
    }

    /** Words that the keys of a head take in every pair, with one that nobody reads at the end. */
    int keyWords() {
        return divideUp(capacity, Slices.PAIRS) + 1;
    }

    /** The word among a head's keys that nobody reads. */
    int keyDump() {
        return keyWords() - 1;
    }

    /** Words that the values of a head take in every pair. */
    int valueWords() {
        return blocks() * blockWords();
    }

    /** Words that the values of one block of positions take. */
    int blockWords() {
        return divideUp(headSize, Slices.PAIRS);
    }

    /** Lanes of a head in a vector of results. */
    int slot() {
        return blockWords() * Slices.PAIRS;
    }

    /** Blocks of positions. */
    int blocks() {
        return divideUp(capacity, lanes);
    }

    private static int divideUp(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Gains or biases of a segment. */
    static Vectors constants(int word, int count) {
        return new Vectors(Element.FP32, Hemisphere.WEST, Slices.quad(1), word, Bases.CONSTANTS, count);
    }

    private int tables() {
        return turns + (1 + windows) * blocks();
    }

    private static Vectors west(int word, int count) {
        return new Vectors(Element.FP32, Hemisphere.WEST, Slices.quad(1), word, ABSOLUTE, count);
    }
}
