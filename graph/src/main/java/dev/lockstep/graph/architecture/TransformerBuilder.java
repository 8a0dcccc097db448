package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import java.util.Optional;

/** A transformer: token embeddings, blocks of attention and feed-forward network, and logits. Its settings say in what models differ. */
final class TransformerBuilder {
    private final Hyperparameters parameters;
    private final ModelWeights weights;
    private final Parts parts;
    private final SelfAttention attention;
    private final FeedForward feedForward;
    private Optional<Mixer> otherAttention = Optional.empty();
    private String secondNorm = "ffn_norm";
    private boolean preNorms = true;
    private boolean postNorms;
    private boolean parallel;
    private boolean learnedPositions;
    private int leftOut;
    private float embeddingScale = 1;
    private float residualScale = 1;
    private float logitsScale = 1;
    private float logitsCap;

    TransformerBuilder(Hyperparameters parameters, ModelWeights weights) {
        this.parameters = parameters;
        this.weights = weights;
        this.parts = new Parts(parameters, weights);
        this.attention = new SelfAttention(parts);
        this.feedForward = new FeedForward(parts);
    }

    SelfAttention attention() {
        return attention;
    }

    /** Takes another kind of attention than {@link #attention}. */
    void attention(Mixer other) {
        otherAttention = Optional.of(other);
    }

    Parts parts() {
        return parts;
    }

    FeedForward feedForward() {
        return feedForward;
    }

    /** Norms by mean and variance instead of the root mean square. */
    void useLayerNorms() {
        parts.useLayerNorms();
    }

    /** Adds a learned row for each position to the embeddings. */
    void learnPositions() {
        learnedPositions = true;
    }

    /** A factor on the token embeddings. */
    void scaleEmbedding(float factor) {
        embeddingScale = factor;
    }

    /** A factor on what attention and feed-forward networks add. */
    void scaleResiduals(float factor) {
        residualScale = factor;
    }

    /** A factor on the logits. */
    void scaleLogits(float factor) {
        logitsScale = factor;
    }

    /** The soft cap on logits; 0 for none. */
    void capLogits(float cap) {
        logitsCap = cap;
    }

    /** The name of the norm before the feed-forward network. */
    void secondNorm(String name) {
        secondNorm = name;
    }

    /** Norms what attention and feed-forward networks add. */
    void normResiduals() {
        postNorms = true;
    }

    /** Norms only what attention and feed-forward networks add, not what they read. */
    void normResidualsOnly() {
        postNorms = true;
        preNorms = false;
    }

    /** Does not compute the last layers. */
    void leaveOut(int layers) {
        leftOut = layers;
        for (int layer = parameters.layers() - layers; layer < parameters.layers(); layer++) {
            weights.leaveOut(Parts.block(layer));
        }
    }

    /** Attention and feed-forward network read the same normed row. */
    void parallelBlocks() {
        parallel = true;
    }

    /** The graph of the whole model, if it uses all of the model's weights. */
    Graph build() {
        Value x = parts.scaled(embedding(), embeddingScale);
        for (int layer = 0; layer < parameters.layers() - leftOut; layer++) {
            x = parallel ? parallelBlock(x, layer) : block(x, layer);
        }
        Value logits = parts.scaled(logits(parts.norm(x, "output_norm")), logitsScale);
        if (logitsCap > 0) {
            parts.graph().add(new Op.SoftCap(logits, logitsCap));
        }
        weights.requireAllUsed();
        return parts.graph().build(parameters.architecture(), parameters.contextLength());
    }

    private Value block(Value x, int layer) {
        String block = Parts.block(layer);
        Value attended = mixer().apply(preNorm(x, block + "attn_norm"), layer);
        Value y = residual(x, attended, block + "post_attention_norm");
        return residual(y, feedForward.apply(preNorm(y, block + secondNorm), layer), block + "post_ffw_norm");
    }

    private Value parallelBlock(Value x, int layer) {
        Value normed = parts.norm(x, Parts.block(layer) + "attn_norm");
        Value attended = parts.add(x, mixer().apply(normed, layer));
        return parts.add(attended, feedForward.apply(normed, layer));
    }

    private Mixer mixer() {
        return otherAttention.orElse(attention);
    }

    private Value preNorm(Value x, String name) {
        return preNorms ? parts.norm(x, name) : x;
    }

    private Value residual(Value x, Value y, String norm) {
        return parts.add(x, parts.scaled(postNorms ? parts.norm(y, norm) : y, residualScale));
    }

    private Value embedding() {
        Optional<Weight> positions = learnedPositions
                ? Optional.of(weights.matrix(
                        "position_embd.weight", parameters.embeddingLength(), parameters.contextLength()))
                : Optional.empty();
        return parts.graph().add(new Op.Embedding(embeddingTable(), positions));
    }

    /** The logits; models without an output matrix use the token embedding for it. */
    private Value logits(Value x) {
        if (weights.has("output.weight")) {
            return parts.linear(x, "output", parameters.vocabularySize());
        }
        return parts.graph().add(new Op.Linear(x, embeddingTable()));
    }

    private Weight embeddingTable() {
        return weights.matrix(
                Hyperparameters.TOKEN_EMBEDDING, parameters.embeddingLength(), parameters.vocabularySize());
    }
}
