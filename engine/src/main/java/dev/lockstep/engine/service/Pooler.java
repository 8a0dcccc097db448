package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import java.util.Arrays;

/** Makes one vector of the hidden rows of a text's tokens, which come in order. */
final class Pooler {
    private final Pooling pooling;
    private final double[] sum;
    private int rows;

    Pooler(Pooling pooling, int width) {
        this.pooling = pooling;
        this.sum = new double[width];
    }

    /** What the model file asks for; mean if it is silent. */
    static Pooling ofModel(Lockstep model) {
        long type = model.metadata()
                .string("general.architecture")
                .map(name -> model.metadata().integer(name + ".pooling_type").orElse(1))
                .orElse(1L);
        return type == 2 ? Pooling.CLS : type == 3 ? Pooling.LAST : Pooling.MEAN;
    }

    void add(float[] hidden, int offset) {
        boolean counts = switch (pooling) {
            case MODEL, MEAN -> true;
            case CLS -> rows == 0;
            case LAST -> {
                Arrays.fill(sum, 0);
                yield true;
            }
        };
        if (counts) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += hidden[offset + i];
            }
        }
        rows++;
    }

    float[] vector(boolean normalized) {
        double scale = pooling == Pooling.MEAN || pooling == Pooling.MODEL ? 1.0 / rows : 1;
        if (normalized) {
            double squares = 0;
            for (double element : sum) {
                squares += element * element;
            }
            scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        }
        float[] vector = new float[sum.length];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (sum[i] * scale);
        }
        return vector;
    }
}
