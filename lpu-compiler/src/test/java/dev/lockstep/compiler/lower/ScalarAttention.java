package dev.lockstep.compiler.lower;

import static dev.lockstep.compiler.lower.ScalarModel.LANES;
import static dev.lockstep.compiler.lower.ScalarModel.bits;
import static dev.lockstep.compiler.lower.ScalarModel.half;
import static dev.lockstep.compiler.lower.ScalarModel.overLanes;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.lpu.numerics.ExactSum;
import dev.lockstep.lpu.numerics.SpecialFunctions;
import java.util.ArrayList;
import java.util.List;

/** Attention of one layer in plain loops, with its keys and values. */
final class ScalarAttention {
    private static final float HIDDEN = -0x1p100f;

    private final Op.Attention op;
    private final List<float[]> keys;
    private final List<float[]> values;
    private int position;

    /** @param first position of the first token, as if all before it had keys and values of zero */
    ScalarAttention(Op.Attention op, int first) {
        this.op = op;
        this.position = first;
        this.keys = zeros(first, op.k().width());
        this.values = zeros(first, op.v().width());
    }

    /** @param sinks one for each head, or none */
    float[] next(float[] queries, float[] key, float[] value, float[] sinks) {
        float[] q = turned(queries, op.rope().growth().map(g -> g.at(position)).orElse(1f));
        keys.add(turned(key, 1));
        float[] v = value.clone();
        for (int i = 0; i < v.length; i++) {
            v[i] = half(v[i]);
        }
        values.add(v);
        float[] y = new float[op.width()];
        for (int head = 0; head < op.heads(); head++) {
            head(head, q, sinks, y);
        }
        position++;
        return y;
    }

    private void head(int head, float[] q, float[] sinks, float[] y) {
        int size = op.headSize();
        int kv = head / op.group() * size;
        int blocks = position / LANES + 1;
        float[][] scores = new float[blocks][LANES];
        float[] largest = new float[LANES];
        for (int block = 0; block < blocks; block++) {
            for (int lane = 0; lane < LANES; lane++) {
                int at = block * LANES + lane;
                ExactSum sum = new ExactSum();
                for (int d = 0; visible(at) && d < size; d++) {
                    sum.addProduct(bits(q[head * size + d]), bits(keys.get(at)[kv + d]));
                }
                scores[block][lane] = visible(at) ? score(sum.round(), sinks.length > 0) : HIDDEN;
                largest[lane] = block == 0 ? scores[0][lane] : Math.max(largest[lane], scores[block][lane]);
            }
        }
        float max = overLanes(largest, true);
        float scale = (float) ((scaledBefore(sinks.length > 0) ? 1 : op.scale()) * 1.4426950408889634);
        if (sinks.length > 0) {
            max = Math.max(max, sinks[head]);
        }
        float total = 0;
        float[] mixed = new float[size];
        for (int block = 0; block < blocks; block++) {
            ExactSum weights = new ExactSum();
            ExactSum[] sums = new ExactSum[size];
            for (int lane = 0; lane < LANES; lane++) {
                if (!visible(block * LANES + lane)) {
                    continue;
                }
                float weight = half(SpecialFunctions.exp2((scores[block][lane] - max) * scale));
                weights.addProduct(bits(weight), bits(1));
                for (int d = 0; d < size; d++) {
                    sums[d] = sums[d] == null ? new ExactSum() : sums[d];
                    sums[d].addProduct(bits(weight), bits(values.get(block * LANES + lane)[kv + d]));
                }
            }
            total = block == 0 ? weights.round() : total + weights.round();
            for (int d = 0; d < size; d++) {
                mixed[d] = block == 0 ? sums[d].round() : mixed[d] + sums[d].round();
            }
        }
        if (sinks.length > 0) {
            total += SpecialFunctions.exp2((sinks[head] - max) * scale);
        }
        float root = SpecialFunctions.rsqrt(total);
        for (int d = 0; d < size; d++) {
            y[head * size + d] = half(mixed[d] * (root * root));
        }
    }

    private boolean visible(int at) {
        return at <= position && at >= op.scoring().firstSeen(position);
    }

    /** Capped scores, and those that stand beside a sink's, are scaled before they are compared. */
    private float score(float product, boolean sinks) {
        float scaled = scaledBefore(sinks) ? product * op.scale() : product;
        float cap = op.scoring().cap();
        return cap > 0 ? SpecialFunctions.tanh(scaled * (1 / cap)) * cap : scaled;
    }

    private boolean scaledBefore(boolean sinks) {
        return sinks || op.scoring().cap() > 0;
    }

    private float[] turned(float[] x, float growth) {
        Rope rope = op.rope();
        int pairs = rope.width() / 2;
        float[] y = x.clone();
        for (int head = 0; head < x.length; head += op.headSize()) {
            for (int pair = 0; pair < pairs; pair++) {
                boolean halves = rope.pairing() == Rope.Pairing.HALVES;
                int first = head + (halves ? pair : 2 * pair);
                int second = halves ? first + pairs : first + 1;
                float cos = rope.cos(position, pair) * growth;
                float sin = rope.sin(position, pair) * growth;
                y[first] = x[first] * cos + x[second] * -sin;
                y[second] = x[second] * cos + x[first] * sin;
            }
        }
        for (int i = 0; i < y.length; i++) {
            boolean turns = i % op.headSize() < rope.width();
            y[i] = half(turns ? y[i] : y[i] * growth);
        }
        return y;
    }

    private static List<float[]> zeros(int count, int width) {
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new float[width]);
        }
        return rows;
    }
}
