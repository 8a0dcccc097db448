package dev.lockstep.graph;

import java.util.Optional;

/**
 * How scores choose experts and weigh what they give.
 *
 * @param used how many are chosen
 * @param scale factor on all weights
 * @param bias added to each expert's probability where experts are chosen, but not to its weight; only with a sigmoid
 */
public record Routing(int used, Weighing weighing, float scale, Optional<Weight> bias) {
    /** What weights are made of. */
    public enum Weighing {
        /** The softmax of the chosen experts' scores. */
        CHOSEN("chosen"),
        /** The softmax of all experts' scores: weights of the chosen ones do not add up to 1. */
        ALL("all"),
        /** The sigmoid of the expert's score. */
        SIGMOID("sigmoid"),
        /** The same, divided by the sum over the chosen experts. */
        SIGMOID_SHARE("sigmoid_share");

        private final String text;

        Weighing(String text) {
            this.text = text;
        }

        /** The name in the graph's text form. */
        public String text() {
            return text;
        }

        /** Whether each expert's probability is a sigmoid of its own score. */
        public boolean sigmoid() {
            return this == SIGMOID || this == SIGMOID_SHARE;
        }
    }

    public Routing {
        if (bias.isPresent() && !weighing.sigmoid()) {
            throw new GraphException("a bias on softmax probabilities");
        }
        if (!Float.isFinite(scale)) {
            throw new GraphException("experts scaled by " + scale);
        }
    }

    /** Softmax over the chosen experts. */
    public static Routing of(int used) {
        return new Routing(used, Weighing.CHOSEN, 1, Optional.empty());
    }
}
