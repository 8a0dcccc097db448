package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.model.Routing;
import dev.lockstep.compiler.partition.WeightPrecision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A decoder with made-up weights, and what its steps give for one user, in double precision and plain loops. */
final class SmallDecoder {
    private static final double ROTATION_BASE = 10_000;
    private static final double EPSILON = 1e-5;

    /** Matrices, and vectors that come in from outside. */
    enum Kind {
        QUERY,
        QUERY_ELEMENTS,
        KEY,
        VALUE,
        OUTPUT,
        GATE,
        UP,
        DOWN,
        SHARED_SHARE,
        SHARED_GATE,
        SHARED_UP,
        SHARED_DOWN,
        ROUTER,
        BIAS,
        HEAD,
        PAST_KEY,
        PAST_VALUE,
        RESIDUAL
    }

    private final ModelSizes model;
    private final WeightPrecision precision;
    private final AttentionSizes attention;
    private final int user;
    private final int madeUp;
    /** Of each layer: keys and values of all heads, position by position. */
    private final List<List<double[]>> keys = new ArrayList<>();

    private final List<List<double[]>> values = new ArrayList<>();
    private int position;

    /** @param position of the first token; those before it have made-up keys and values */
    SmallDecoder(ModelSizes model, WeightPrecision precision, int user, int position) {
        this.model = model;
        this.precision = precision;
        this.attention = model.layers().getFirst().attention();
        this.user = user;
        this.position = position;
        this.madeUp = position;
        int elements = keyElements();
        for (int layer = 0; layer < model.layers().size(); layer++) {
            keys.add(past(Kind.PAST_KEY, layer, elements));
            values.add(past(Kind.PAST_VALUE, layer, elements));
        }
    }

    /** Elements of a position's keys: of all heads, or of the one key that they share. */
    private int keyElements() {
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> grouped.kvHeads() * grouped.headSize();
            case AttentionSizes.Latent latent -> latent.absorbedSize();
        };
    }

    private List<double[]> past(Kind kind, int layer, int elements) {
        List<double[]> past = new ArrayList<>();
        for (int at = 0; at < position; at++) {
            double[] made = new double[elements];
            for (int element = 0; element < elements; element++) {
                made[element] = half(noise(kind, layer + 32 * user, at, element));
            }
            past.add(made);
        }
        return past;
    }

    /** A weight as it is stored, between -127 and 127. */
    double weight(Kind kind, int layer, int output, int input) {
        double weight = 127 * noise(kind, layer, output, input);
        return switch (precision) {
            case INT8 -> Math.round(weight);
            case FP16 -> half(weight);
        };
    }

    /** What stored weights are multiplied with, so that rows keep their size. */
    double scale() {
        return 1 / (73 * Math.sqrt(model.width()));
    }

    /** The position of the next step. */
    int position() {
        return position;
    }

    /** Whether keys and values of a position were not computed by a step. */
    boolean isMadeUp(int at) {
        return at < madeUp;
    }

    /** Forgets what was computed for a position and those behind it. */
    void backTo(int at) {
        position = at;
        for (int layer = 0; layer < keys.size(); layer++) {
            keys.get(layer).subList(at, keys.get(layer).size()).clear();
            values.get(layer).subList(at, values.get(layer).size()).clear();
        }
    }

    int vocabulary() {
        return model.vocabulary();
    }

    /** Elements that are rotated. */
    private int rotated() {
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> grouped.headSize();
            case AttentionSizes.Latent latent -> latent.rotarySize();
        };
    }

    /** Elements by which a score is scaled. */
    int scoreSize() {
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> grouped.headSize();
            case AttentionSizes.Latent latent -> latent.plainSize() + latent.rotarySize();
        };
    }

    /** The row that the step at a position begins with. */
    double residual(int at, int element) {
        return half(noise(Kind.RESIDUAL, user, element, at));
    }

    double key(int layer, int keyHead, int at, int element) {
        return keys.get(layer).get(at)[keyHead * rotated() + element];
    }

    /** The compressed key is its value, too. */
    double value(int layer, int keyHead, int at, int element) {
        return attention instanceof AttentionSizes.Latent
                ? key(layer, 0, at, element)
                : values.get(layer).get(at)[keyHead * rotated() + element];
    }

    double cosine(int at, int element) {
        return Math.cos(angle(at, element));
    }

    double sine(int at, int element) {
        return Math.sin(angle(at, element));
    }

    private double angle(int at, int element) {
        return at * Math.pow(ROTATION_BASE, -(element / 2 * 2.0) / rotated());
    }

    /** Does one step; gives its logits. */
    double[] step() {
        double[] x = new double[model.width()];
        for (int i = 0; i < x.length; i++) {
            x[i] = residual(position, i);
        }
        for (int layer = 0; layer < model.layers().size(); layer++) {
            add(x, multiply(Kind.OUTPUT, layer, model.width(), attend(layer, normalized(x))));
            feedForward(layer, x);
        }
        position++;
        return multiply(Kind.HEAD, 0, model.vocabulary(), normalized(x));
    }

    private double[] attend(int layer, double[] x) {
        return switch (attention) {
            case AttentionSizes.Grouped grouped -> attend(layer, x, grouped);
            case AttentionSizes.Latent sizes -> {
                SmallLatent latent = new SmallLatent(this, sizes);
                double[] key = latent.key(layer, x);
                keys.get(layer).add(key);
                values.get(layer).add(key);
                yield latent.attend(layer, x);
            }
        };
    }

    private double[] attend(int layer, double[] x, AttentionSizes.Grouped attention) {
        int size = attention.headSize();
        int group = attention.heads() / attention.kvHeads();
        double[] queries = rotated(multiply(Kind.QUERY, layer, attention.heads() * size, x));
        keys.get(layer).add(rotated(multiply(Kind.KEY, layer, attention.kvHeads() * size, x)));
        values.get(layer).add(multiply(Kind.VALUE, layer, attention.kvHeads() * size, x));
        double[] attended = new double[queries.length];
        for (int head = 0; head < attention.heads(); head++) {
            int keyHead = head / group;
            double[] shares = new double[position + 1];
            double sum = 0;
            for (int at = 0; at <= position; at++) {
                double score = 0;
                for (int e = 0; e < size; e++) {
                    score += queries[head * size + e] * key(layer, keyHead, at, e);
                }
                shares[at] = Math.exp(score / Math.sqrt(size));
                sum += shares[at];
            }
            for (int e = 0; e < size; e++) {
                for (int at = 0; at <= position; at++) {
                    attended[head * size + e] += shares[at] / sum * value(layer, keyHead, at, e);
                }
            }
        }
        return attended;
    }

    /** All heads, each rotated by the position. */
    private double[] rotated(double[] rows) {
        double[] rotated = new double[rows.length];
        for (int i = 0; i < rows.length; i += 2) {
            int e = i % rotated();
            rotated[i] = rows[i] * cosine(position, e) - rows[i + 1] * sine(position, e);
            rotated[i + 1] = rows[i + 1] * cosine(position, e) + rows[i] * sine(position, e);
        }
        return rotated;
    }

    private void feedForward(int layer, double[] x) {
        FeedForwardSizes sizes = model.layers().get(layer).feedForward();
        double[] normalized = normalized(x);
        add(x, multiply(Kind.DOWN, layer, model.width(), hidden(layer, sizes, normalized)));
        double[] gate = multiply(Kind.SHARED_GATE, layer, sizes.shared(), normalized);
        double[] up = multiply(Kind.SHARED_UP, layer, sizes.shared(), normalized);
        double share = sizes.sharedGate() ? sigmoid(multiply(Kind.SHARED_SHARE, layer, 1, normalized)[0]) : 1;
        for (int i = 0; i < gate.length; i++) {
            gate[i] = share * gate[i] * sigmoid(gate[i]) * up[i];
        }
        add(x, multiply(Kind.SHARED_DOWN, layer, model.width(), gate));
    }

    /** Hidden elements of all experts, one after the other: zero for those that are not chosen. */
    private double[] hidden(int layer, FeedForwardSizes sizes, double[] x) {
        double[] shares = shares(layer, sizes, x);
        double[] gate = multiply(Kind.GATE, layer, sizes.experts() * sizes.hidden(), x);
        double[] up = multiply(Kind.UP, layer, gate.length, x);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = shares[i / sizes.hidden()] * gate[i] * sigmoid(gate[i]) * up[i];
        }
        return gate;
    }

    private double[] shares(int layer, FeedForwardSizes sizes, double[] x) {
        if (!sizes.routed()) {
            return new double[] {1};
        }
        double[] outputs = multiply(Kind.ROUTER, layer, sizes.experts(), x);
        Routing routing = sizes.routing();
        double[] scores = routing.scores() == Routing.Scores.SIGMOID
                ? Arrays.stream(outputs).map(SmallDecoder::sigmoid).toArray()
                : softmax(outputs);
        boolean[] chosen = chosen(layer, sizes, scores);
        double sum = 0;
        for (int expert = 0; expert < scores.length; expert++) {
            scores[expert] = chosen[expert] ? scores[expert] : 0;
            sum += scores[expert];
        }
        double factor = routing.factor() / (routing.normalized() ? sum : 1);
        return Arrays.stream(scores).map(score -> score * factor).toArray();
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double[] softmax(double[] outputs) {
        double[] powers = Arrays.stream(outputs).map(Math::exp).toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }

    /** What is added to scores before experts are chosen. */
    double bias(int layer, int expert) {
        return model.layers().get(layer).feedForward().routing().biased()
                ? (float) noise(Kind.BIAS, layer, expert, 0) / 4
                : 0;
    }

    private boolean[] chosen(int layer, FeedForwardSizes sizes, double[] scores) {
        Routing routing = sizes.routing();
        int size = scores.length / routing.groups();
        double[] ranked = new double[scores.length];
        for (int expert = 0; expert < ranked.length; expert++) {
            ranked[expert] = scores[expert] + bias(layer, expert);
        }
        double[] groups = new double[routing.groups()];
        for (int group = 0; group < groups.length; group++) {
            double[] own = Arrays.copyOfRange(ranked, group * size, (group + 1) * size);
            double least = largest(own, routing.tops());
            groups[group] = Arrays.stream(own).filter(score -> score >= least).sum();
        }
        double leastGroup = largest(groups, routing.groupsUsed());
        for (int expert = 0; expert < ranked.length; expert++) {
            ranked[expert] = groups[expert / size] >= leastGroup ? ranked[expert] : Double.NEGATIVE_INFINITY;
        }
        double least = largest(ranked, sizes.used());
        boolean[] chosen = new boolean[ranked.length];
        for (int expert = 0; expert < chosen.length; expert++) {
            chosen[expert] = ranked[expert] >= least;
        }
        return chosen;
    }

    /** The last of so many largest ones. */
    private static double largest(double[] values, int count) {
        return Arrays.stream(values)
                .sorted()
                .skip(values.length - count)
                .findFirst()
                .orElseThrow();
    }

    double[] multiply(Kind kind, int layer, int outputs, double[] x) {
        return multiply(kind, layer, 0, outputs, x);
    }

    /** Some outputs of a matrix. */
    double[] multiply(Kind kind, int layer, int first, int outputs, double[] x) {
        double[] y = new double[outputs];
        for (int output = 0; output < outputs; output++) {
            for (int input = 0; input < x.length; input++) {
                y[output] += weight(kind, layer, first + output, input) * x[input];
            }
            y[output] *= scale();
        }
        return y;
    }

    static double[] normalized(double[] x) {
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
        long z = ((kind.ordinal() * 4096L + layer) * 0x1F123BB5L + one) * 0x9E3779B97F4A7C15L + other;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >> 10) * 0x1p-53;
    }
}
