package dev.lockstep.graph.reference;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Sequence;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Keys and values of one text, as floats that went through the KV type. */
final class ReferenceSequence implements Sequence {
    private final Map<Integer, float[]> keys = new HashMap<>();
    private final Map<Integer, float[]> values = new HashMap<>();
    private final Map<Integer, Integer> widths = new HashMap<>();
    private final Consumer<ReferenceSequence> opened;
    private int length;
    private boolean closed;

    /** @param opened hears of forks */
    ReferenceSequence(Consumer<ReferenceSequence> opened) {
        this.opened = opened;
    }

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

    @Override
    public KvBlock hold(int block) {
        if (block < 0 || (block + 1) * KvLayout.BLOCK > length) {
            throw new IllegalArgumentException("block " + block + " of " + length + " tokens is not full");
        }
        return rows(block * KvLayout.BLOCK, KvLayout.BLOCK);
    }

    @Override
    public Sequence fork() {
        var fork = new ReferenceSequence(opened);
        fork.append(rows(0, length));
        opened.accept(fork);
        return fork;
    }

    private ReferenceBlock rows(int position, int count) {
        Map<Integer, float[]> layers = new HashMap<>();
        widths.forEach((layer, width) -> {
            float[] both = new float[2 * count * width];
            System.arraycopy(keys.get(layer), position * width, both, 0, count * width);
            System.arraycopy(values.get(layer), position * width, both, count * width, count * width);
            layers.put(layer, both);
        });
        return new ReferenceBlock(count, layers);
    }

    /** Appends the tokens of a block. */
    void append(ReferenceBlock block) {
        block.layers().forEach((layer, both) -> {
            int half = both.length / 2;
            int width = half / block.positions();
            widths.put(layer, width);
            float[] keyRows = grown(keys, layer, (length + block.positions()) * width);
            float[] valueRows = grown(values, layer, (length + block.positions()) * width);
            System.arraycopy(both, 0, keyRows, length * width, half);
            System.arraycopy(both, half, valueRows, length * width, half);
        });
        length += block.positions();
    }

    /** Stores the key and the value, already rotated, of one position and layer. */
    void put(Op.Attention op, KvType type, int position, float[] key, float[] v, int vOffset) {
        int width = op.kvHeads() * op.headSize();
        widths.put(op.layer(), width);
        float[] keyRows = grown(keys, op.layer(), (position + 1) * width);
        float[] valueRows = grown(values, op.layer(), (position + 1) * width);
        int start = position * width;
        System.arraycopy(key, 0, keyRows, start, width);
        System.arraycopy(v, vOffset, valueRows, start, width);
        for (int head = 0; head < width; head += op.headSize()) {
            KvRounding.round(type, keyRows, start + head, op.headSize());
            KvRounding.round(type, valueRows, start + head, op.headSize());
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

    private static float[] grown(Map<Integer, float[]> rows, int layer, int size) {
        return rows.compute(layer, (_, old) -> {
            if (old == null) {
                return new float[2 * size];
            }
            return old.length >= size ? old : Arrays.copyOf(old, 2 * size);
        });
    }
}
