package dev.lockstep.compiler.decode;

import java.util.List;
import java.util.Optional;

/**
 * Weights of a layer's experts in the streaming slices: first gate and up of one expert after the other, then down. Where an expert has few hidden elements on a chip, they fill only a
 * part of the lanes, so several experts share the words of down, each in a <i>set</i> of lanes of its own: expert e is in words {@code e / packed}, set {@code e % packed}. A
 * sweep reads the chosen ones by gathering, with offsets that flow outward just before the words that they point to.
 *
 * @param up first word of gate and up
 * @param upStride words of an expert
 * @param down first word
 * @param downStride words of the experts that share some
 * @param count of experts
 * @param blocks of hidden elements of an expert
 * @param packed experts that share the words of down
 */
record Experts(int up, int upStride, int down, int downStride, int count, int blocks, int packed) {
    /** Makes room for experts. */
    static Experts in(Layout layout, Shape shape, int upStride, int downStride) {
        int families = Math.ceilDiv(shape.experts(), shape.packed());
        return new Experts(
                layout.streaming(shape.experts() * upStride),
                upStride,
                layout.streaming(families * downStride),
                downStride,
                shape.experts(),
                shape.hiddenBlocks(),
                shape.packed());
    }

    /**
     * The passes of a sweep over chosen experts.
     *
     * @param words first word of each pass, for the first expert
     * @param offsets where those of the expert are that each pass reads, INT32 in the east's memory; nothing where all tokens use the same weights
     */
    record Passes(List<Integer> words, List<Optional<Place>> offsets) {}
}
