package dev.lockstep.graph.reference;

import dev.lockstep.tensor.Tensor;
import java.util.stream.IntStream;

/** Products of chosen experts, and the sum of their results. */
final class ExpertReference {
    private ExpertReference() {}

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

    static Rows.Floats bias(Rows.Floats x, Rows.Choices choices, float[] vectors) {
        int width = x.width() / choices.width();
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x.data()[i] + vectors[choices.experts()[i / width] * width + i % width];
        }
        return new Rows.Floats(x.width(), y);
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
