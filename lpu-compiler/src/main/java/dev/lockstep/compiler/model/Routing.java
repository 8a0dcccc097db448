package dev.lockstep.compiler.model;

/**
 * How the outputs of a router become a choice of experts, and what each of these weighs.
 *
 * @param scores of all experts
 * @param biased whether experts are chosen by their scores with something added that does not count for their weight
 * @param groups of neighbouring experts; 1 where all are chosen from
 * @param groupsUsed groups from which experts are chosen: those whose best ones have the largest sum
 * @param tops how many of a group's best count for it
 * @param normalized whether the weights of the chosen ones are divided by their sum
 * @param factor with which weights are multiplied
 */
public record Routing(
        Scores scores, boolean biased, int groups, int groupsUsed, int tops, boolean normalized, double factor) {
    /** Softmax over those that are chosen. */
    public static final Routing USUAL = ungrouped(Scores.SOFTMAX, false, true, 1);

    /** What becomes of the router's outputs. */
    public enum Scores {
        SOFTMAX,
        SIGMOID
    }

    public Routing {
        if (groups < 1 || groupsUsed < 1 || groupsUsed > groups || tops < 1) {
            throw new IllegalArgumentException("experts cannot be chosen from " + groupsUsed + " of " + groups
                    + " groups by the best " + tops + " of each");
        }
    }

    /** Of all experts alike. */
    static Routing ungrouped(Scores scores, boolean biased, boolean normalized, double factor) {
        return new Routing(scores, biased, 1, 1, 1, normalized, factor);
    }

    /** Whether some groups are left out. */
    public boolean grouped() {
        return groupsUsed < groups;
    }
}
