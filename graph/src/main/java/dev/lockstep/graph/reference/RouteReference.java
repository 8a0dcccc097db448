package dev.lockstep.graph.reference;

import dev.lockstep.graph.Routing;
import java.util.Optional;

/** Choice of experts. */
final class RouteReference {
    private RouteReference() {}

    /** Per row the experts with the largest scores, or probabilities and bias, the lower index first among equals, and their weights. */
    static Rows.Choices route(Rows.Floats scores, Routing routing, Optional<float[]> bias) {
        int used = routing.used();
        int rows = scores.rows();
        Rows.Choices choices = new Rows.Choices(used, new int[rows * used], new float[rows * used]);
        for (int row = 0; row < rows; row++) {
            float[] values = new float[scores.width()];
            float[] ranks = new float[scores.width()];
            for (int expert = 0; expert < values.length; expert++) {
                float score = scores.data()[row * values.length + expert];
                values[expert] = routing.weighing().sigmoid() ? Numerics.sigmoid(score) : score;
                ranks[expert] = bias.isPresent() ? values[expert] + bias.get()[expert] : values[expert];
            }
            choose(values, ranks, choices, row * used);
            weigh(values, routing, choices.weights(), row * used);
        }
        return choices;
    }

    private static void choose(float[] values, float[] ranks, Rows.Choices choices, int start) {
        boolean[] chosen = new boolean[ranks.length];
        for (int slot = start; slot < start + choices.width(); slot++) {
            int best = -1;
            for (int i = 0; i < chosen.length; i++) {
                if (!chosen[i] && (best < 0 || ranks[i] > ranks[best])) {
                    best = i;
                }
            }
            chosen[best] = true;
            choices.experts()[slot] = best;
            choices.weights()[slot] = values[best];
        }
    }

    /** Turns what the chosen experts have into their weights. */
    private static void weigh(float[] values, Routing routing, float[] weights, int start) {
        int end = start + routing.used();
        float max = weights[start];
        float divisor = switch (routing.weighing()) {
            case CHOSEN -> sumOfPowers(weights, start, end, max);
            case ALL -> sumOfPowers(values, 0, values.length, max);
            case SIGMOID -> 1;
            case SIGMOID_SHARE -> sum(weights, start, end);
        };
        for (int slot = start; slot < end; slot++) {
            float weight = routing.weighing().sigmoid() ? weights[slot] : Numerics.exp(weights[slot] - max);
            weights[slot] = weight / divisor * routing.scale();
        }
    }

    private static float sumOfPowers(float[] x, int from, int to, float max) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            sum += Numerics.exp(x[i] - max);
        }
        return sum;
    }

    private static float sum(float[] x, int from, int to) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            sum += x[i];
        }
        return sum;
    }
}
