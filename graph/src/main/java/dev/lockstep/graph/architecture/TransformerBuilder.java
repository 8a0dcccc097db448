package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Scoring;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import java.util.Optional;
import java.util.function.IntFunction;

/** The parts that transformers of many architectures are made of, with the tensor names of GGUF. */
final class TransformerBuilder {
    private final Hyperparameters parameters;
    private final ModelWeights weights;
    private final GraphBuilder graph = new GraphBuilder();
    private boolean normHeads;
    private boolean fused;
    private float embeddingScale = 1;
    private float residualScale = 1;
    private float logitsDivisor = 1;
    private float logitsCap;
    private float attentionScale;
    private boolean postNorms;
    private float scoresCap;
    private Optional<Window> window = Optional.empty();

    TransformerBuilder(Hyperparameters parameters, ModelWeights weights) {
        this.parameters = parameters;
        this.weights = weights;
        this.attentionScale = (float) (1 / Math.sqrt(parameters.headSize()));
    }

    /** Takes queries, keys and values as rows of one matrix, and gate and up of another. */
    void fuseProjections() {
        fused = true;
    }

    /** A factor on the token embeddings. */
    void scaleEmbedding(float factor) {
        embeddingScale = factor;
    }

    /** A factor on what attention and feed-forward networks add. */
    void scaleResiduals(float factor) {
        residualScale = factor;
    }

    /** What the logits are divided by. */
    void divideLogits(float divisor) {
        logitsDivisor = divisor;
    }

    /** The factor on queries, instead of one over the root of the head's size. */
    void scaleAttention(float factor) {
        attentionScale = factor;
    }

    float attentionScale() {
        return attentionScale;
    }

    /** The soft cap on logits; 0 for none. */
    void capLogits(float cap) {
        logitsCap = cap;
    }

    /** The soft cap on attention scores; 0 for none. */
    void capScores(float cap) {
        scoresCap = cap;
    }

    /** Lets some layers see a window of positions. */
    void window(Window limit) {
        window = Optional.of(limit);
    }

    /** Norms what attention and feed-forward networks add. */
    void normResiduals() {
        postNorms = true;
    }

    /** Lets attention norm every head of queries and keys before it turns them. */
    void normHeads() {
        normHeads = true;
    }

    /** As {@link #preNormDecoder(IntFunction, Activation)}, with the same rotation in all layers. */
    void preNormDecoder(Rope rope, Activation activation) {
        preNormDecoder(_ -> rope, activation);
    }

    /**
     * A whole model of blocks that norm before attention and before the feed-forward network (or experts), and its logits.
     *
     * @param ropes the rotation of each layer
     */
    void preNormDecoder(IntFunction<Rope> ropes, Activation activation) {
        Value x = scaled(tokenEmbedding(), embeddingScale);
        for (int layer = 0; layer < parameters.layers(); layer++) {
            Value attended = attention(rmsNorm(x, block(layer) + "attn_norm"), layer, ropes.apply(layer));
            x = addResidual(x, attended, block(layer) + "post_attention_norm");
            Value normed = rmsNorm(x, block(layer) + "ffn_norm");
            Value mixed = parameters.experts() == 0
                    ? gatedFeedForward(normed, layer, activation)
                    : mixtureOfExperts(normed, layer, activation);
            x = addResidual(x, mixed, block(layer) + "post_ffw_norm");
        }
        Value logits = scaled(logits(rmsNorm(x, "output_norm")), 1 / logitsDivisor);
        if (logitsCap > 0) {
            graph.add(new Op.SoftCap(logits, logitsCap));
        }
    }

    private Value addResidual(Value x, Value y, String norm) {
        return add(x, scaled(postNorms ? rmsNorm(y, norm) : y, residualScale));
    }

    Value tokenEmbedding() {
        return graph.add(new Op.Embedding(tokenEmbeddingTable()));
    }

    Value add(Value a, Value b) {
        return graph.add(new Op.Add(a, b));
    }

    Value rmsNorm(Value x, String name) {
        return graph.add(new Op.RmsNorm(x, weights.vector(name + ".weight", x.width()), parameters.normEpsilon()));
    }

    /** {@code name.weight}, and {@code name.bias} where the model has one. */
    Value linear(Value x, String name, int rows) {
        Value y = graph.add(new Op.Linear(x, weights.matrix(name + ".weight", x.width(), rows)));
        String bias = name + ".bias";
        return weights.has(bias) ? graph.add(new Op.Bias(y, weights.vector(bias, rows))) : y;
    }

    /** Self-attention of a layer, with the projections before and after it. */
    Value attention(Value x, int layer, Rope rope) {
        String block = block(layer);
        int kvWidth = parameters.kvWidth();
        Value q;
        Value k;
        Value v;
        if (fused) {
            int keys = parameters.queryWidth();
            Weight all = weights.matrix(block + "attn_qkv.weight", x.width(), keys + 2 * kvWidth);
            q = rowsOf(all, x, 0, keys);
            k = rowsOf(all, x, keys, kvWidth);
            v = rowsOf(all, x, keys + kvWidth, kvWidth);
        } else {
            q = linear(x, block + "attn_q", parameters.queryWidth());
            k = linear(x, block + "attn_k", kvWidth);
            v = linear(x, block + "attn_v", kvWidth);
        }
        if (normHeads) {
            q = headNorm(q, block + "attn_q_norm");
            k = headNorm(k, block + "attn_k_norm");
        }
        Value mixed = graph.add(new Op.Attention(
                q,
                k,
                v,
                layer,
                parameters.heads(),
                parameters.kvHeads(),
                parameters.headSize(),
                rope,
                attentionScale,
                scoring(layer)));
        return linear(mixed, block + "attn_output", parameters.embeddingLength());
    }

    private Scoring scoring(int layer) {
        int positions = window.filter(limit -> limit.limits(layer))
                .map(Window::positions)
                .orElse(0);
        return new Scoring(positions, scoresCap, Optional.empty());
    }

    /** The product with {@code rows} rows of a matrix that holds several, from row {@code first} on. */
    private Value rowsOf(Weight whole, Value x, int first, int rows) {
        return graph.add(new Op.Linear(x, TensorRows.of(whole, first, first + rows)));
    }

    private Value scaled(Value x, float factor) {
        return factor == 1 ? x : graph.add(new Op.Scale(x, factor));
    }

    /** Norms every head by itself, all with the same gain. */
    private Value headNorm(Value x, String name) {
        Weight gain = weights.vector(name + ".weight", parameters.headSize());
        return graph.add(new Op.RmsNorm(x, gain, parameters.normEpsilon()));
    }

    /** {@code down(activation(gate(x)) * up(x))}. */
    Value gatedFeedForward(Value x, int layer, Activation activation) {
        String block = block(layer);
        int hidden = parameters.feedForwardLength();
        Value gate;
        Value up;
        if (fused) {
            Weight both = weights.matrix(block + "ffn_up.weight", x.width(), 2 * hidden);
            gate = rowsOf(both, x, 0, hidden);
            up = rowsOf(both, x, hidden, hidden);
        } else {
            gate = linear(x, block + "ffn_gate", hidden);
            up = linear(x, block + "ffn_up", hidden);
        }
        return linear(graph.add(new Op.Gated(activation, gate, up)), block + "ffn_down", parameters.embeddingLength());
    }

    /** The chosen experts' gated feed-forward networks, weighted by their renormalised probabilities. */
    Value mixtureOfExperts(Value x, int layer, Activation activation) {
        String block = block(layer);
        int width = x.width();
        int hidden = parameters.feedForwardLength();
        Value scores = linear(x, block + "ffn_gate_inp", parameters.experts());
        Value choice = graph.add(new Op.Route(scores, parameters.expertsUsed()));
        Value gate = experts(x, choice, block + "ffn_gate_exps", width, hidden);
        Value up = experts(x, choice, block + "ffn_up_exps", width, hidden);
        Value down =
                experts(graph.add(new Op.Gated(activation, gate, up)), choice, block + "ffn_down_exps", hidden, width);
        return graph.add(new Op.ExpertSum(down, choice));
    }

    /** The logits; models without an output matrix use the token embedding for it. */
    Value logits(Value x) {
        if (weights.has("output.weight")) {
            return linear(x, "output", parameters.vocabularySize());
        }
        return graph.add(new Op.Linear(x, tokenEmbeddingTable()));
    }

    /** The graph, if it uses all of the model's weights. */
    Graph build() {
        weights.requireAllUsed();
        return graph.build(parameters.architecture(), parameters.contextLength());
    }

    static String block(int layer) {
        return "blk." + layer + ".";
    }

    private Value experts(Value x, Value choice, String name, int columns, int rows) {
        Weight matrices = weights.stack(name + ".weight", columns, rows, parameters.experts());
        return graph.add(new Op.ExpertLinear(x, choice, matrices));
    }

    private Weight tokenEmbeddingTable() {
        return weights.matrix(
                Hyperparameters.TOKEN_EMBEDDING, parameters.embeddingLength(), parameters.vocabularySize());
    }
}
