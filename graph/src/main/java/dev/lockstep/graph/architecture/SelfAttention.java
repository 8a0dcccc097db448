package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Scoring;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import java.util.Optional;
import java.util.function.IntFunction;

/** Self-attention of each layer, with the projections before and after it. */
final class SelfAttention implements Mixer {
    private final Parts parts;
    private final Hyperparameters parameters;
    private IntFunction<Rope> ropes = _ -> Rope.NONE;
    private float scale;
    private float cap;
    private Optional<Window> window = Optional.empty();
    private boolean sinks;
    private boolean fused;
    private boolean headNorms;
    private boolean rowNorms;

    SelfAttention(Parts parts) {
        this.parts = parts;
        this.parameters = parts.parameters();
        this.scale = (float) (1 / Math.sqrt(parameters.headSize()));
    }

    /** Turns queries and keys by their position, in all layers alike. */
    SelfAttention turn(Rope rope) {
        return turn(_ -> rope);
    }

    /** Turns queries and keys by their position, in each layer by its own rotation. */
    SelfAttention turn(IntFunction<Rope> ofLayers) {
        ropes = ofLayers;
        return this;
    }

    /** The factor on queries, instead of one over the root of the head's size. */
    SelfAttention scale(float factor) {
        scale = factor;
        return this;
    }

    float scale() {
        return scale;
    }

    /** The soft cap on scores; 0 for none. */
    SelfAttention cap(float limit) {
        cap = limit;
        return this;
    }

    /** Lets some layers see a window of positions. */
    SelfAttention window(Window limit) {
        window = Optional.of(limit);
        return this;
    }

    /** Query heads have sinks. */
    SelfAttention withSinks() {
        sinks = true;
        return this;
    }

    /** Takes queries, keys and values as rows of one matrix. */
    SelfAttention fused() {
        fused = true;
        return this;
    }

    /** Norms every head of queries and keys before it is turned. */
    SelfAttention normHeads() {
        headNorms = true;
        return this;
    }

    /** Norms queries and keys of all heads together before they are turned. */
    SelfAttention normRows() {
        rowNorms = true;
        return this;
    }

    /** @throws dev.lockstep.formats.FormatException if values have another size than keys */
    @Override
    public Value apply(Value x, int layer) {
        parts.weights().requireEqualHeads(parameters);
        String block = Parts.block(layer);
        int queryWidth = parameters.queryWidth();
        int kvWidth = parameters.kvWidth();
        Value q = projection(x, block, "attn_q", 0, queryWidth);
        Value k = projection(x, block, "attn_k", queryWidth, kvWidth);
        Value v = projection(x, block, "attn_v", queryWidth + kvWidth, kvWidth);
        if (headNorms) {
            q = parts.groupNorm(q, block + "attn_q_norm", parameters.headSize());
            k = parts.groupNorm(k, block + "attn_k_norm", parameters.headSize());
        }
        if (rowNorms) {
            q = parts.norm(q, block + "attn_q_norm");
            k = parts.norm(k, block + "attn_k_norm");
        }
        Value mixed = parts.graph()
                .add(new Op.Attention(
                        q,
                        k,
                        v,
                        layer,
                        parameters.heads(),
                        parameters.kvHeads(),
                        parameters.headSize(),
                        ropes.apply(layer),
                        scale,
                        scoring(layer)));
        return parts.linear(mixed, block + "attn_output", parameters.embeddingLength());
    }

    private Value projection(Value x, String block, String name, int first, int rows) {
        int all = parameters.queryWidth() + 2 * parameters.kvWidth();
        return fused ? parts.rowsOf(x, block + "attn_qkv", all, first, rows) : parts.linear(x, block + name, rows);
    }

    private Scoring scoring(int layer) {
        int positions = window.filter(limit -> limit.limits(layer))
                .map(Window::positions)
                .orElse(0);
        Optional<Weight> scores = sinks
                ? Optional.of(parts.weights().vector(Parts.block(layer) + "attn_sinks.weight", parameters.heads()))
                : Optional.empty();
        return new Scoring(positions, cap, scores);
    }
}
