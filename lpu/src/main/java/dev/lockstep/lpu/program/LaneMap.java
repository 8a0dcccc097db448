package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.IsaException;
import java.util.Collections;
import java.util.List;

/**
 * Which lane's byte each lane gets, or {@link #ZERO}. 16 entries for {@code Distribute}, which applies them in every superlane; one for
 * each lane of a vector for {@code Permute}.
 */
public record LaneMap(List<Integer> sources) {
    /** The lane becomes 0. */
    public static final int ZERO = -1;

    /** All lanes get what one has. */
    public static LaneMap of(int lanes, int source) {
        return new LaneMap(Collections.nCopies(lanes, source));
    }

    public LaneMap {
        sources = List.copyOf(sources);
        int lanes = sources.size();
        for (int source : sources) {
            if (source < ZERO || source >= lanes) {
                throw new IsaException("A map of " + lanes + " lanes cannot take lane " + source + ".");
            }
        }
    }
}
