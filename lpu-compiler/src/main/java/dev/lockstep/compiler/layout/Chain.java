package dev.lockstep.compiler.layout;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/**
 * An array that sums blocks of columns one after another, beside others.
 *
 * @param plane of the hemisphere; FP16 weights take both and stand under 0
 */
public record Chain(Hemisphere hemisphere, int plane) {
    private static final List<Chain> HALVES = List.of(new Chain(Hemisphere.WEST, 0), new Chain(Hemisphere.EAST, 0));
    static final List<Chain> BYTES = List.of(
            new Chain(Hemisphere.WEST, 0),
            new Chain(Hemisphere.EAST, 0),
            new Chain(Hemisphere.WEST, 1),
            new Chain(Hemisphere.EAST, 1));

    /** All chains, in the order in which blocks are dealt out: west and east take turns. */
    public static List<Chain> of(Element weights) {
        return weights == Element.INT8 ? BYTES : HALVES;
    }
}
