package dev.lockstep.graph.architecture;

import dev.lockstep.formats.MetadataMap;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.WeightTypes.Role;
import dev.lockstep.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a published model of the llama architecture, without its weights: it can be compiled, and timed with
 * made-up weights. The numbers are those of the models' own {@code config.json}.
 *
 * @param name what follows {@code shape:} on the command line
 * @param feedForwardLength width of the hidden layer, of each expert if there are experts
 * @param experts 0 for a dense model
 * @param tiedEmbeddings whether the token embedding is also the output matrix
 */
public record ModelShape(
        String name,
        int contextLength,
        int embeddingLength,
        int layers,
        int heads,
        int kvHeads,
        int feedForwardLength,
        int vocabularySize,
        float normEpsilon,
        float ropeBase,
        int experts,
        int expertsUsed,
        boolean tiedEmbeddings) {

    private static final List<ModelShape> KNOWN = List.of(
            dense("stories-15m", 256, 288, 6, 6, 6, 768, 32000, 1e4f, true),
            dense("stories-110m", 1024, 768, 12, 12, 12, 2048, 32000, 1e4f, true),
            dense("tinyllama-1.1b", 2048, 2048, 22, 32, 4, 5632, 32000, 1e4f, false),
            dense("llama-2-7b", 4096, 4096, 32, 32, 32, 11008, 32000, 1e4f, false),
            dense("llama-2-13b", 4096, 5120, 40, 40, 40, 13824, 32000, 1e4f, false),
            dense("llama-2-70b", 4096, 8192, 80, 64, 8, 28672, 32000, 1e4f, false),
            dense("llama-3-8b", 8192, 4096, 32, 32, 8, 14336, 128256, 5e5f, false),
            dense("llama-3-70b", 8192, 8192, 80, 64, 8, 28672, 128256, 5e5f, false),
            dense("mistral-7b", 32768, 4096, 32, 32, 8, 14336, 32768, 1e6f, false),
            new ModelShape("mixtral-8x7b", 32768, 4096, 32, 32, 8, 14336, 32000, 1e-5f, 1e6f, 8, 2, false));

    private static ModelShape dense(
            String name,
            int contextLength,
            int embeddingLength,
            int layers,
            int heads,
            int kvHeads,
            int feedForwardLength,
            int vocabularySize,
            float ropeBase,
            boolean tiedEmbeddings) {
        return new ModelShape(
                name,
                contextLength,
                embeddingLength,
                layers,
                heads,
                kvHeads,
                feedForwardLength,
                vocabularySize,
                1e-5f,
                ropeBase,
                0,
                0,
                tiedEmbeddings);
    }

    /** Names of all known shapes. */
    public static List<String> names() {
        return KNOWN.stream().map(ModelShape::name).toList();
    }

    /**
     * The shape of that name.
     *
     * @throws IllegalArgumentException naming all of them
     */
    public static ModelShape named(String name) {
        return KNOWN.stream()
                .filter(shape -> shape.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no shape \"" + name + "\"; use one of " + String.join(", ", names())));
    }

    /** The same shape with another context length. */
    public ModelShape withContextLength(int contextLength) {
        return new ModelShape(
                name,
                contextLength,
                embeddingLength,
                layers,
                heads,
                kvHeads,
                feedForwardLength,
                vocabularySize,
                normEpsilon,
                ropeBase,
                experts,
                expertsUsed,
                tiedEmbeddings);
    }

    /** Metadata and weights as a file of this model would have them, with matrices in the given types. */
    public ModelDescription describe(WeightTypes types) {
        return new ModelDescription(metadata(), weights(types), Map.of());
    }

    private MetadataMap metadata() {
        MetadataMap metadata = new MetadataMap("shape:" + name)
                .put(ModelDescription.ARCHITECTURE_KEY, "llama")
                .put("general.name", name)
                .put("llama.context_length", contextLength)
                .put("llama.embedding_length", embeddingLength)
                .put("llama.block_count", layers)
                .put("llama.feed_forward_length", feedForwardLength)
                .put("llama.attention.head_count", heads)
                .put("llama.attention.head_count_kv", kvHeads)
                .put("llama.attention.layer_norm_rms_epsilon", (double) normEpsilon)
                .put("llama.rope.freq_base", (double) ropeBase);
        return experts == 0
                ? metadata
                : metadata.put("llama.expert_count", experts).put("llama.expert_used_count", expertsUsed);
    }

    private Map<String, Weight> weights(WeightTypes types) {
        WeightList list = new WeightList(types, layers);
        int kvWidth = embeddingLength / heads * kvHeads;
        list.matrix("token_embd", tiedEmbeddings ? Role.OUTPUT : Role.OTHER, 0, embeddingLength, vocabularySize, 1);
        for (int layer = 0; layer < layers; layer++) {
            String block = Parts.block(layer);
            list.vector(block + "attn_norm", embeddingLength);
            list.matrix(block + "attn_q", Role.OTHER, layer, embeddingLength, embeddingLength, 1);
            list.matrix(block + "attn_k", Role.OTHER, layer, embeddingLength, kvWidth, 1);
            list.matrix(block + "attn_v", Role.ATTENTION_VALUE, layer, embeddingLength, kvWidth, 1);
            list.matrix(block + "attn_output", Role.ATTENTION_OUTPUT, layer, embeddingLength, embeddingLength, 1);
            list.vector(block + "ffn_norm", embeddingLength);
            if (experts > 0) {
                list.put(block + "ffn_gate_inp", TensorType.F32, embeddingLength, experts, 1);
            }
            String suffix = experts > 0 ? "_exps" : "";
            int stacked = Math.max(1, experts);
            list.matrix(block + "ffn_gate" + suffix, Role.OTHER, layer, embeddingLength, feedForwardLength, stacked);
            list.matrix(block + "ffn_up" + suffix, Role.OTHER, layer, embeddingLength, feedForwardLength, stacked);
            list.matrix(
                    block + "ffn_down" + suffix,
                    Role.FEED_FORWARD_DOWN,
                    layer,
                    feedForwardLength,
                    embeddingLength,
                    stacked);
        }
        list.vector("output_norm", embeddingLength);
        if (!tiedEmbeddings) {
            list.matrix("output", Role.OUTPUT, 0, embeddingLength, vocabularySize, 1);
        }
        return list.weights;
    }

    private static final class WeightList {
        private final WeightTypes types;
        private final int layers;
        private final Map<String, Weight> weights = new LinkedHashMap<>();

        WeightList(WeightTypes types, int layers) {
            this.types = types;
            this.layers = layers;
        }

        void vector(String name, int columns) {
            put(name, TensorType.F32, columns, 1, 1);
        }

        void matrix(String name, Role role, int layer, int columns, int rows, int matrices) {
            put(name, types.type(role, layer, layers, columns), columns, rows, matrices);
        }

        void put(String name, TensorType type, int columns, int rows, int matrices) {
            weights.put(name + ".weight", new Weight(name + ".weight", type, columns, rows, matrices));
        }
    }
}
