package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.ModelSizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A decoder with made-up weights, and what one of its steps gives, in double precision and plain loops. */
final class SmallDecoder {
    private static final double ROTATION_BASE = 10_000;
    private static final double EPSILON = 1e-5;

    /** Matrices, and vectors that come in from outside. */
    enum Kind {
        QUERY,
        KEY,
        VALUE,
        OUTPUT,
        GATE,
        UP,
        DOWN,
        ROUTER,
        HEAD,
        PAST_KEY,
        PAST_VALUE,
        RESIDUAL
    }

    private final ModelSizes model;
    private final AttentionSizes.Grouped attention;
    private final int position;
    private final List<double[]> values = new ArrayList<>();

    /** @param position of the token; those before it have made-up keys and values */
    SmallDecoder(ModelSizes model, int position) {
        this.model = model;
        this.attention = (AttentionSizes.Grouped) model.layers().getFirst().attention();
        this.position = position;
    }

    /** A weight as it is stored, between -127 and 127. */
    static byte weight(Kind kind, int layer, int output, int input) {
        return (byte) Math.round(127 * noise(kind, layer, output, input));
    }

    /** What stored weights are multiplied with, so that rows keep their size. */
    double scale() {
        return 1 / (73 * Math.sqrt(model.width()));
    }

    double residual(int element) {
        return half(noise(Kind.RESIDUAL, 0, element, 0));
    }

    double pastKey(int layer, int keyHead, int at, int element) {
        return half(noise(Kind.PAST_KEY, layer, at, keyHead * attention.headSize() + element));
    }

    double pastValue(int layer, int keyHead, int at, int element) {
        return half(noise(Kind.PAST_VALUE, layer, at, keyHead * attention.headSize() + element));
    }

    double cosine(int element) {
        return Math.cos(angle(element));
    }

    double sine(int element) {
        return Math.sin(angle(element));
    }

    private double angle(int element) {
        return position * Math.pow(ROTATION_BASE, -(element / 2 * 2.0) / attention.headSize());
    }

    double[] logits() {
        double[] x = new double[model.width()];
        for (int i = 0; i < x.length; i++) {
            x[i] = residual(i);
        }
        for (int layer = 0; layer < model.layers().size(); layer++) {
            add(x, multiply(Kind.OUTPUT, layer, model.width(), attend(layer, normalized(x))));
            add(x, multiply(Kind.DOWN, layer, model.width(), hidden(layer, normalized(x))));
        }
        return multiply(Kind.HEAD, 0, model.vocabulary(), normalized(x));
    }

    /** What the step has added to the values of a layer. */
    double value(int layer, int keyHead, int element) {
        return values.get(layer)[keyHead * attention.headSize() + element];
    }

    private double[] attend(int layer, double[] x) {
        int size = attention.headSize();
        int group = attention.heads() / attention.kvHeads();
        double[] queries = multiply(Kind.QUERY, layer, attention.heads() * size, x);
        double[] keys = multiply(Kind.KEY, layer, attention.kvHeads() * size, x);
        double[] values = multiply(Kind.VALUE, layer, attention.kvHeads() * size, x);
        this.values.add(values);
        double[] attended = new double[queries.length];
        for (int head = 0; head < attention.heads(); head++) {
            int keyHead = head / group;
            double[] query = rotated(queries, head * size);
            double[] key = rotated(keys, keyHead * size);
            double[] shares = new double[position + 1];
            double sum = 0;
            for (int at = 0; at <= position; at++) {
                double score = 0;
                for (int e = 0; e < size; e++) {
                    score += query[e] * (at < position ? pastKey(layer, keyHead, at, e) : key[e]);
                }
                shares[at] = Math.exp(score / Math.sqrt(size));
                sum += shares[at];
            }
            for (int e = 0; e < size; e++) {
                for (int at = 0; at <= position; at++) {
                    double value = at < position ? pastValue(layer, keyHead, at, e) : values[keyHead * size + e];
                    attended[head * size + e] += shares[at] / sum * value;
                }
            }
        }
        return attended;
    }

    private double[] rotated(double[] rows, int first) {
        double[] rotated = new double[attention.headSize()];
        for (int e = 0; e < rotated.length; e += 2) {
            double even = rows[first + e];
            double odd = rows[first + e + 1];
            rotated[e] = even * cosine(e) - odd * sine(e);
            rotated[e + 1] = odd * cosine(e) + even * sine(e);
        }
        return rotated;
    }

    /** Hidden elements of all experts, one after the other: zero for those that are not chosen. */
    private double[] hidden(int layer, double[] x) {
        FeedForwardSizes sizes = model.layers().get(layer).feedForward();
        double[] shares = shares(layer, sizes, x);
        double[] gate = multiply(Kind.GATE, layer, sizes.experts() * sizes.hidden(), x);
        double[] up = multiply(Kind.UP, layer, gate.length, x);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = shares[i / sizes.hidden()] * gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        return gate;
    }

    private double[] shares(int layer, FeedForwardSizes sizes, double[] x) {
        if (!sizes.routed()) {
            return new double[] {1};
        }
        double[] outputs = multiply(Kind.ROUTER, layer, sizes.experts(), x);
        double least = Arrays.stream(outputs)
                .sorted()
                .skip(sizes.experts() - sizes.used())
                .findFirst()
                .orElseThrow();
        double[] shares = Arrays.stream(outputs)
                .map(output -> output >= least ? Math.exp(output) : 0)
                .toArray();
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    private double[] multiply(Kind kind, int layer, int outputs, double[] x) {
        double[] y = new double[outputs];
        for (int output = 0; output < outputs; output++) {
            for (int input = 0; input < x.length; input++) {
                y[output] += weight(kind, layer, output, input) * x[input];
            }
            y[output] *= scale();
        }
        return y;
    }

    private static double[] normalized(double[] x) {
        double squares = 0;
        for (double element : x) {
            squares += element * element;
        }
        double factor = 1 / Math.sqrt(squares / x.length + EPSILON);
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i] * factor;
        }
        return y;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    private static double half(double x) {
        return Float.float16ToFloat(Float.floatToFloat16((float) x));
    }

    /** Between -1 and 1, and the same for the same numbers. */
    private static double noise(Kind kind, int layer, int one, int other) {
        long z = ((kind.ordinal() * 64L + layer) * 0x1F123BB5L + one) * 0x9E3779B97F4A7C15L + other;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >> 10) * 0x1p-53;
    }
}
