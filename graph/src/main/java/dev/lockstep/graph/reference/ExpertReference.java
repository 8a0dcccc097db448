package dev.lockstep.graph.reference;

import dev.lockstep.tensor.Tensor;
import java.util.stream.IntStream;

/** Choice of experts, their products, and the sum of their results. */
final class ExpertReference {
    private ExpertReference() {}

    /** Per row the {@code used} largest scores, the lower index first among equals, and their softmax. */
    static Rows.Choices route(Rows.Floats scores, int used) {
        int rows = scores.rows();
        Rows.Choices choices = new Rows.Choices(used, new int[rows * used], new float[rows * used]);
        for (int row = 0; row < rows; row++) {
            routeRow(scores, row, choices);
        }
        return choices;
    }

    private static void routeRow(Rows.Floats scores, int row, Rows.Choices choices) {
        int start = row * choices.width();
        int first = row * scores.width();
        boolean[] chosen = new boolean[scores.width()];
        float sum = 0;
        for (int slot = start; slot < start + choices.width(); slot++) {
            int best = largest(scores.data(), first, chosen);
            chosen[best] = true;
            choices.experts()[slot] = best;
            float max = scores.data()[first + choices.experts()[start]];
            choices.weights()[slot] = Numerics.exp(scores.data()[first + best] - max);
            sum += choices.weights()[slot];
        }
        for (int slot = start; slot < start + choices.width(); slot++) {
            choices.weights()[slot] /= sum;
        }
    }

    private static int largest(float[] scores, int first, boolean[] chosen) {
        int best = -1;
        for (int i = 0; i < chosen.length; i++) {
            if (!chosen[i] && (best < 0 || scores[first + i] > scores[first + best])) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Multiplies with each row's chosen matrices, results side by side.
     *
     * @param x one row for all chosen experts, or one for each, side by side
     */
    static Rows.Floats linear(Tensor matrices, Rows x, Rows.Choices choices, boolean perExpertInput) {
        int rows = Math.toIntExact(matrices.rows());
        int slots = choices.experts().length;
        float[] y = new float[slots * rows];
        for (int expert = 0; expert < matrices.matrices(); expert++) {
            int wanted = expert;
            int[] to = IntStream.range(0, slots)
                    .filter(slot -> choices.experts()[slot] == wanted)
                    .toArray();
            int[] from = perExpertInput
                    ? to
                    : IntStream.of(to).map(slot -> slot / choices.width()).toArray();
            if (to.length > 0) {
                LinearReference.multiply(matrices.matrix(expert), x, from, y, to);
            }
        }
        return new Rows.Floats(choices.width() * rows, y);
    }

    static Rows.Floats sum(Rows.Floats x, Rows.Choices choices) {
        int used = choices.width();
        int width = x.width() / used;
        Rows.Floats y = Rows.Floats.of(x.rows(), width);
        for (int row = 0; row < x.rows(); row++) {
            for (int slot = row * used; slot < (row + 1) * used; slot++) {
                float weight = choices.weights()[slot];
                for (int i = 0; i < width; i++) {
                    int at = row * width + i;
                    y.data()[at] = Math.fma(weight, x.data()[slot * width + i], y.data()[at]);
                }
            }
        }
        return y;
    }
}
