package dev.lockstep.graph.reference;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.machine.KvBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * A copy of some positions of a sequence.
 *
 * @param layers by layer the keys, then the values, each position after position
 */
record ReferenceBlock(int positions, Map<Integer, float[]> layers) implements KvBlock {
    /** Bytes of a full block of a graph's KV cache. */
    static long bytes(Graph graph) {
        return graph.attentions().stream()
                .mapToLong(op -> (long) Float.BYTES * floats(op))
                .sum();
    }

    /** The block whose content {@link #copyTo} wrote. */
    static ReferenceBlock read(Graph graph, MemorySegment content) {
        Map<Integer, float[]> layers = new HashMap<>();
        long offset = 0;
        for (Op.Attention op : graph.attentions()) {
            long size = (long) Float.BYTES * floats(op);
            layers.put(op.layer(), content.asSlice(offset, size).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
            offset += size;
        }
        return new ReferenceBlock(KvLayout.BLOCK, layers);
    }

    private static int floats(Op.Attention op) {
        return 2 * KvLayout.BLOCK * op.kvHeads() * op.headSize();
    }

    /** Whether it holds a full block for every layer of a graph. */
    boolean fits(Graph graph) {
        return positions == KvLayout.BLOCK
                && graph.attentions().stream().allMatch(op -> {
                    float[] both = layers.get(op.layer());
                    return both != null && both.length == floats(op);
                });
    }

    @Override
    public void copyTo(MemorySegment target) {
        long offset = 0;
        for (int layer : layers.keySet().stream().sorted().toList()) {
            MemorySegment rows = MemorySegment.ofArray(layers.get(layer));
            MemorySegment.copy(rows, 0, target, offset, rows.byteSize());
            offset += rows.byteSize();
        }
    }

    @Override
    public void close() {}
}
