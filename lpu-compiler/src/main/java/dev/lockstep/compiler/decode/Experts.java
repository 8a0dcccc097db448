package dev.lockstep.compiler.decode;

import java.util.List;

/**
 * Weights of a layer's experts in the streaming slices, one after the other, each laid out like the first: tiles of gate and up, then those of down. A sweep reads the chosen ones by
 * gathering, with offsets that flow outward just before the words that they point to.
 *
 * @param base first word
 * @param stride words of an expert
 * @param count of experts
 * @param blocks of hidden elements of an expert
 */
record Experts(int base, int stride, int count, int blocks) {
    /**
     * The passes of a sweep over chosen experts.
     *
     * @param words first word of each pass, for the first expert
     * @param offsets of the expert that each pass reads
     */
    record Passes(Experts experts, List<Integer> words, List<Kept> offsets) {}
}
