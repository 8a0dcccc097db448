package dev.lockstep.graph.reference;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.machine.Sequence;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Keys and values of one text, as floats that went through the KV type. */
final class ReferenceSequence implements Sequence {
    private final Map<Integer, float[]> keys = new HashMap<>();
    private final Map<Integer, float[]> values = new HashMap<>();
    private int length;
    private boolean closed;

    boolean closed() {
        return closed;
    }

    @Override
    public int length() {
        return length;
    }

    void extend(int tokens) {
        length += tokens;
    }

    @Override
    public void truncate(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException("cannot truncate " + this.length + " tokens to " + length);
        }
        this.length = length;
    }

    /** Stores the key and the value, already rotated, of one position and layer. */
    void put(Op.Attention op, KvType type, int position, float[] key, float[] v, int vOffset) {
        int width = op.kvHeads() * op.headSize();
        float[] keyRows = grown(keys, op.layer(), (position + 1) * width);
        float[] valueRows = grown(values, op.layer(), (position + 1) * width);
        for (int i = 0; i < width; i++) {
            keyRows[position * width + i] = rounded(type, key[i]);
            valueRows[position * width + i] = rounded(type, v[vOffset + i]);
        }
    }

    /** Keys of a layer, position after position. */
    float[] keys(int layer) {
        return keys.getOrDefault(layer, new float[0]);
    }

    /** Values of a layer, position after position. */
    float[] values(int layer) {
        return values.getOrDefault(layer, new float[0]);
    }

    @Override
    public void close() {
        closed = true;
        keys.clear();
        values.clear();
    }

    private static float rounded(KvType type, float x) {
        return switch (type) {
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(x));
            case F32 -> x;
        };
    }

    private static float[] grown(Map<Integer, float[]> rows, int layer, int size) {
        return rows.compute(layer, (_, old) -> {
            if (old == null) {
                return new float[2 * size];
            }
            return old.length >= size ? old : Arrays.copyOf(old, 2 * size);
        });
    }
}
