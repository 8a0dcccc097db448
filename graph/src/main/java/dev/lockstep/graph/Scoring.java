package dev.lockstep.graph;

import java.util.Optional;

/**
 * How attention turns scores into weights.
 *
 * @param window how many positions a token sees at most, the last of them its own; 0 for no limit
 * @param cap soft cap on scores, as {@link Op.SoftCap}'s; 0 for none
 * @param sinks a score for each query head that takes part in its softmax as if of a value of zeros (Xiao et al. 2023)
 */
public record Scoring(int window, float cap, Optional<Weight> sinks) {
    /** Softmax over all positions up to the token's own. */
    public static final Scoring PLAIN = new Scoring(0, 0, Optional.empty());

    public Scoring {
        if (window < 0 || !(cap >= 0) || Float.isInfinite(cap)) {
            throw new GraphException("attention with a window of %d and a cap of %s".formatted(window, cap));
        }
    }

    /** The first position that the token at {@code position} sees. */
    public int firstSeen(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }
}
