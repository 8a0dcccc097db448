package dev.lockstep.host.program;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.host.kernel.KvBytes;
import java.util.HashMap;
import java.util.Map;

/** Where keys and values of each layer lie in a KV block, which holds {@link dev.lockstep.graph.KvLayout#BLOCK} positions of all layers. */
public final class KvPlan {
    private final Map<Integer, Long> layers = new HashMap<>();
    private final KvType type;
    private final long bytes;

    public KvPlan(Graph graph, KvType type) {
        this.type = type;
        long offset = 0;
        for (Op.Attention attention : graph.attentions()) {
            layers.put(attention.layer(), offset);
            offset += attention.kvHeads() * (keyBytes(attention) + valueBytes(attention));
        }
        this.bytes = offset;
    }

    /** Where a layer starts, with the keys of its first KV head. */
    long layer(Op.Attention attention) {
        return layers.get(attention.layer());
    }

    /** Bytes from there to the values of the first KV head. */
    long valuesOfLayer(Op.Attention attention) {
        return attention.kvHeads() * keyBytes(attention);
    }

    long keyBytes(Op.Attention attention) {
        return KvBytes.keys(attention, type);
    }

    long valueBytes(Op.Attention attention) {
        return KvBytes.values(attention, type);
    }

    /** Bytes of what attention of one KV head to a span leaves for merging. */
    long partialBytes(Op.Attention attention) {
        return KvBytes.partial(attention, type);
    }

    /** Bytes of what attention to so many spans leaves for merging, in the layer where it is most. */
    public long partialBytes(Graph graph, int spans) {
        return graph.attentions().stream()
                .mapToLong(attention -> spans * attention.kvHeads() * partialBytes(attention))
                .max()
                .orElse(0);
    }

    /** Bytes of a block, of all layers and heads. */
    public long blockBytes() {
        return bytes;
    }
}
