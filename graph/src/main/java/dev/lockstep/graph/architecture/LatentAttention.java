package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Op.Weave.Piece;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Value;
import java.util.List;

/**
 * Multi-head latent attention (DeepSeek-V2, 2024): keys and values of all heads come from one short row, the latent, and the part of keys that knows
 * positions is shared by all heads. There are two forms of files:
 *
 * <ul>
 *   <li>{@code attn_kv_b}: keys and values are made from the latent, and kept for every head.
 *   <li>{@code attn_k_b} and {@code attn_v_b}: queries are brought to the latent instead, which is all that is kept; it serves as the one KV head.
 * </ul>
 *
 * Values are shorter than keys; they are kept with zeros behind them. Elements that turn come first in a head.
 */
final class LatentAttention implements Mixer {
    private final Parts parts;
    private final Hyperparameters sizes;
    private final Rope rope;
    private final float scale;
    private final int queryRank;
    private final int latent;
    private final int keySize;
    private final int valueSize;
    private final int turned;
    private final int plain;

    /**
     * @param scale factor on queries
     * @param queryRank width of the row that queries come from; 0 if they come from the residual stream
     * @param latent width of the row that keys and values come from
     * @param keySize elements of a head's key, turned ones included
     */
    LatentAttention(Parts parts, Rope rope, float scale, int queryRank, int latent, int keySize, int valueSize) {
        this.parts = parts;
        this.sizes = parts.parameters();
        this.rope = rope;
        this.scale = scale;
        this.queryRank = queryRank;
        this.latent = latent;
        this.keySize = keySize;
        this.valueSize = valueSize;
        this.turned = rope.width();
        this.plain = keySize - turned;
    }

    @Override
    public Value apply(Value x, int layer) {
        String block = Parts.block(layer);
        Value q = queries(x, block);
        Value compressed = parts.rowsOf(x, block + "attn_kv_a_mqa", latent + turned, 0, latent);
        Value turning = parts.rowsOf(x, block + "attn_kv_a_mqa", latent + turned, latent, turned);
        Value normed = parts.norm(compressed, block + "attn_kv_a_norm");
        Value values = parts.weights().has(block + "attn_kv_b.weight")
                ? byHeads(q, normed, turning, block, layer)
                : byLatent(q, normed, turning, block, layer);
        return parts.linear(values, block + "attn_output", sizes.embeddingLength());
    }

    private Value queries(Value x, String block) {
        int width = sizes.heads() * keySize;
        if (queryRank == 0) {
            return parts.linear(x, block + "attn_q", width);
        }
        Value compressed = parts.linear(x, block + "attn_q_a", queryRank);
        return parts.linear(parts.norm(compressed, block + "attn_q_a_norm"), block + "attn_q_b", width);
    }

    private Value byHeads(Value q, Value normed, Value turning, String block, int layer) {
        int heads = sizes.heads();
        int both = plain + valueSize;
        Value made = parts.linear(normed, block + "attn_kv_b", heads * both);
        Value queries =
                weave(heads, 0, List.of(q), new Piece(0, plain, keySize, turned), new Piece(0, 0, keySize, plain));
        Value keys = weave(heads, 0, List.of(turning, made), new Piece(0, 0, 0, turned), new Piece(1, 0, both, plain));
        Value values = weave(heads, keySize - valueSize, List.of(made), new Piece(0, plain, both, valueSize));
        Value mixed = attend(queries, keys, values, layer, heads, keySize);
        return weave(heads, 0, List.of(mixed), new Piece(0, 0, keySize, valueSize));
    }

    private Value byLatent(Value q, Value normed, Value turning, String block, int layer) {
        int heads = sizes.heads();
        int size = turned + latent;
        Value absorbed =
                perHead(weave(heads, 0, List.of(q), new Piece(0, 0, keySize, plain)), block + "attn_k_b", latent);
        Value queries = weave(
                heads, 0, List.of(q, absorbed), new Piece(0, plain, keySize, turned), new Piece(1, 0, latent, latent));
        Value key = weave(1, 0, List.of(turning, normed), new Piece(0, 0, 0, turned), new Piece(1, 0, 0, latent));
        Value value = weave(1, turned, List.of(normed), new Piece(0, 0, 0, latent));
        Value mixed = attend(queries, key, value, layer, 1, size);
        Value values =
                perHead(weave(heads, 0, List.of(mixed), new Piece(0, 0, size, latent)), block + "attn_v_b", valueSize);
        return weave(heads, 0, List.of(values), new Piece(0, 0, valueSize, valueSize));
    }

    private Value attend(Value q, Value k, Value v, int layer, int kvHeads, int headSize) {
        return parts.graph().add(new Op.Attention(q, k, v, layer, sizes.heads(), kvHeads, headSize, rope, scale));
    }

    private Value perHead(Value x, String name, int rows) {
        int columns = x.width() / sizes.heads();
        return parts.graph()
                .add(new Op.HeadLinear(x, parts.weights().stack(name + ".weight", columns, rows, sizes.heads())));
    }

    private Value weave(int heads, int padding, List<Value> inputs, Piece... pieces) {
        return parts.graph().add(new Op.Weave(inputs, heads, List.of(pieces), padding));
    }
}
