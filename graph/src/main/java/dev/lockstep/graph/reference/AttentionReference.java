package dev.lockstep.graph.reference;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Scoring;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Rotation, KV cache, and attention block by block with a running softmax (as FlashAttention, Dao et al. 2022). */
final class AttentionReference {
    private AttentionReference() {}

    /** Appends all keys and values of the step first; a token still sees none after its own. */
    static Rows.Floats attend(
            Op.Attention op,
            Rows.Floats q,
            Rows.Floats k,
            Rows.Floats v,
            Optional<float[]> sinks,
            StepTokens step,
            KvType kvType) {
        float[] queries = new float[q.data().length];
        for (int t = 0; t < step.count(); t++) {
            int position = step.positions()[t];
            float[] key = new float[k.width()];
            rotate(op, k.data(), t * k.width(), key, 0, position, op.kvHeads());
            step.sequences()[t].put(op, kvType, position, key, v.data(), t * v.width());
            rotate(op, q.data(), t * q.width(), queries, t * q.width(), position, op.heads());
        }
        scale(op, queries, step);
        Rows.Floats y = Rows.Floats.of(step.count(), op.width());
        IntStream.range(0, step.count() * op.heads()).parallel().forEach(task -> {
            int t = task / op.heads();
            int h = task % op.heads();
            Head head = new Head(op, step.sequences()[t], h, queries, task * op.headSize());
            Partial all = head.attend(step.positions()[t]);
            sinks.ifPresent(scores -> all.merge(scores[h], 1, new float[op.headSize()]));
            all.finish(y.data(), task * op.headSize());
        });
        return y;
    }

    private static void scale(Op.Attention op, float[] queries, StepTokens step) {
        int width = queries.length / step.count();
        for (int i = 0; i < queries.length; i++) {
            queries[i] *= op.scale();
            if (op.rope().growth().isPresent()) {
                queries[i] *= op.rope().growth().get().at(step.positions()[i / width]);
            }
        }
    }

    private static void rotate(Op.Attention op, float[] x, int offset, float[] y, int target, int position, int heads) {
        Rope rope = op.rope();
        int pairs = rope.frequencies().size();
        System.arraycopy(x, offset, y, target, heads * op.headSize());
        for (int pair = 0; pair < pairs; pair++) {
            float cos = rope.cos(position, pair);
            float sin = rope.sin(position, pair);
            int first = switch (rope.pairing()) {
                case INTERLEAVED -> 2 * pair;
                case HALVES -> pair;
            };
            int second = switch (rope.pairing()) {
                case INTERLEAVED -> 2 * pair + 1;
                case HALVES -> pair + pairs;
            };
            for (int head = 0; head < heads * op.headSize(); head += op.headSize()) {
                float x0 = x[offset + head + first];
                float x1 = x[offset + head + second];
                y[target + head + first] = Math.fma(x0, cos, -(x1 * sin));
                y[target + head + second] = Math.fma(x0, sin, x1 * cos);
            }
        }
    }

    /** The largest score, the sum of weights and the weighted values of some positions. */
    private static final class Partial {
        private final float[] o;
        private float max = Float.NEGATIVE_INFINITY;
        private float sum;

        Partial(int size) {
            this.o = new float[size];
        }

        /** Adds what other positions gave. */
        void merge(float otherMax, float otherSum, float[] otherO) {
            float both = Math.max(max, otherMax);
            float a = Numerics.exp(max - both);
            float c = Numerics.exp(otherMax - both);
            max = both;
            sum = Math.fma(sum, a, otherSum * c);
            for (int i = 0; i < o.length; i++) {
                o[i] = Math.fma(o[i], a, otherO[i] * c);
            }
        }

        /** Writes the values' mean. */
        void finish(float[] y, int offset) {
            float inverse = 1f / sum;
            for (int i = 0; i < o.length; i++) {
                y[offset + i] = o[i] * inverse;
            }
        }
    }

    /** One query head of one token. */
    private static final class Head {
        private final float[] keys;
        private final float[] values;
        private final float[] queries;
        private final int offset;
        private final int size;
        private final int kvWidth;
        private final int kvStart;
        private final Scoring scoring;
        private final float[] p = new float[KvLayout.BLOCK];

        Head(Op.Attention op, ReferenceSequence sequence, int head, float[] queries, int offset) {
            this.keys = sequence.keys(op.layer());
            this.values = sequence.values(op.layer());
            this.queries = queries;
            this.offset = offset;
            this.size = op.headSize();
            this.kvWidth = op.kvHeads() * size;
            this.kvStart = head / op.group() * size;
            this.scoring = op.scoring();
        }

        Partial attend(int position) {
            int seen = scoring.firstSeen(position);
            Partial all = new Partial(size);
            for (int start = seen / KvLayout.SPAN * KvLayout.SPAN; start <= position; start += KvLayout.SPAN) {
                Partial span = span(Math.max(start, seen), Math.min(start + KvLayout.SPAN, position + 1));
                all.merge(span.max, span.sum, span.o);
            }
            return all;
        }

        private Partial span(int seen, int to) {
            Partial span = new Partial(size);
            float[] blockO = new float[size];
            for (int start = seen / KvLayout.BLOCK * KvLayout.BLOCK; start < to; start += KvLayout.BLOCK) {
                int first = Math.max(0, seen - start);
                int visible = Math.min(KvLayout.BLOCK, to - start);
                float blockMax = scores(start, first, visible);
                float blockSum = weights(blockMax, first, visible);
                weightedValues(start, visible, blockO);
                span.merge(blockMax, blockSum, blockO);
            }
            return span;
        }

        /** Puts the visible scores into p and returns the largest. */
        private float scores(int start, int first, int visible) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = first; j < visible; j++) {
                int key = (start + j) * kvWidth + kvStart;
                float dot = 0;
                for (int i = 0; i < size; i++) {
                    dot = Math.fma(queries[offset + i], keys[key + i], dot);
                }
                p[j] = scoring.cap() == 0 ? dot : ElementwiseReference.softCap(dot, scoring.cap());
                max = Math.max(max, p[j]);
            }
            return max;
        }

        /** Turns scores into weights, 0 where nothing is visible, and returns their sum. */
        private float weights(float max, int first, int visible) {
            float[] lanes = new float[Sums.LANES];
            for (int j = 0; j < KvLayout.BLOCK; j++) {
                p[j] = j >= first && j < visible ? Numerics.exp(p[j] - max) : 0;
                lanes[j % Sums.LANES] += p[j];
            }
            return Sums.lanes(lanes);
        }

        private void weightedValues(int start, int visible, float[] o) {
            Arrays.fill(o, 0);
            for (int j = 0; j < visible; j++) {
                int value = (start + j) * kvWidth + kvStart;
                for (int i = 0; i < size; i++) {
                    o[i] = Math.fma(p[j], values[value + i], o[i]);
                }
            }
        }
    }
}
