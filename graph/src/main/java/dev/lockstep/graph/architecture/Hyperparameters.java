package dev.lockstep.graph.architecture;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.Weight;

/**
 * The sizes of a transformer, by the keys of the GGUF specification.
 *
 * @param contextLength most positions that the model was trained for
 * @param embeddingLength width of the residual stream
 * @param feedForwardLength width of the hidden layer of a feed-forward network, or of one expert
 * @param heads query heads
 * @param kvHeads heads of keys and values
 * @param headSize elements of a head of queries or keys
 * @param valueSize elements of a head of values
 * @param vocabularySize rows of the token embedding
 * @param normEpsilon epsilon of the norms
 * @param experts feed-forward networks to choose from in each layer; 0 for a dense model
 * @param expertsUsed how many a token uses; 0 for a dense model
 */
public record Hyperparameters(
        String architecture,
        int contextLength,
        int embeddingLength,
        int layers,
        int feedForwardLength,
        int heads,
        int kvHeads,
        int headSize,
        int valueSize,
        int vocabularySize,
        float normEpsilon,
        RopeParameters rope,
        int experts,
        int expertsUsed) {

    /** Far above what exists; keeps every product of two sizes within an int's or long's reach. */
    static final int MOST = 1 << 24;

    private static final int MOST_HEADS = 1 << 12;
    static final String TOKEN_EMBEDDING = "token_embd.weight";

    /**
     * Reads the hyperparameters of a model, whether or not its architecture can be run.
     *
     * @throws FormatException if a key is missing, has another type, or makes no sense
     */
    public static Hyperparameters of(ModelDescription model) {
        String architecture = model.architecture();
        KeyReader keys = new KeyReader(model.metadata(), architecture);
        int contextLength = keys.positive("context_length", Integer.MAX_VALUE);
        int embeddingLength = keys.positive("embedding_length", MOST);
        int heads = keys.positive("attention.head_count", MOST_HEADS);
        int kvHeads =
                keys.optionalPositive("attention.head_count_kv", MOST_HEADS).orElse(heads);
        if (heads % kvHeads != 0) {
            throw keys.failure(
                    "attention.head_count_kv",
                    "is " + kvHeads + ", which does not divide the " + heads + " query heads",
                    "use a file that is not damaged");
        }
        int headSize = headSize(keys, embeddingLength, heads);
        int experts = keys.countOrZero("expert_count", MOST_HEADS);
        int feedForwardLength = keys.positive("feed_forward_length", MOST);
        return new Hyperparameters(
                architecture,
                contextLength,
                embeddingLength,
                keys.positive("block_count", MOST_HEADS),
                experts == 0
                        ? feedForwardLength
                        : keys.optionalPositive("expert_feed_forward_length", MOST)
                                .orElse(feedForwardLength),
                heads,
                kvHeads,
                headSize,
                keys.optionalPositive("attention.value_length", MOST_HEADS).orElse(headSize),
                vocabularySize(model),
                (float) keys.positiveNumber(
                        "attention.layer_norm_rms_epsilon", keys.positiveNumber("attention.layer_norm_epsilon", 1e-5)),
                RopeParameters.read(keys, headSize, contextLength),
                experts,
                experts == 0 ? 0 : keys.positive("expert_used_count", experts));
    }

    private static int headSize(KeyReader keys, int embeddingLength, int heads) {
        int headSize = keys.optionalPositive("attention.key_length", MOST_HEADS).orElse(embeddingLength / heads);
        if (!keys.has("attention.key_length") && embeddingLength % heads != 0) {
            throw keys.failure(
                    "attention.head_count",
                    "is " + heads + ", which does not divide the embedding length " + embeddingLength,
                    "use a file that is not damaged");
        }
        return headSize;
    }

    private static int vocabularySize(ModelDescription model) {
        Weight embedding = model.weights().get(TOKEN_EMBEDDING);
        if (embedding == null) {
            throw new FormatException("%s: tensor %s: is missing; use a file that holds a language model"
                    .formatted(model.metadata().origin(), TOKEN_EMBEDDING));
        }
        return embedding.rows();
    }

    /** Width of all queries together. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Width of all keys, or of all values, together. */
    public int kvWidth() {
        return kvHeads * headSize;
    }
}
