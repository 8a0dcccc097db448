package dev.lockstep.compiler.model;

import dev.lockstep.graph.architecture.ModelShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Published models by name. The numbers are those of the models' own {@code config.json}. */
public final class ModelPresets {
    private static final int ALL = Integer.MAX_VALUE;
    private static final Map<String, Supplier<ModelSizes>> KNOWN = known();

    private ModelPresets() {}

    public static List<String> names() {
        return List.copyOf(KNOWN.keySet());
    }

    /** @throws IllegalArgumentException naming all presets */
    public static ModelSizes named(String name) {
        Supplier<ModelSizes> sizes = KNOWN.get(name);
        if (sizes == null) {
            throw new IllegalArgumentException(
                    "there is no shape \"" + name + "\"; use one of " + String.join(", ", names()));
        }
        return sizes.get();
    }

    private static Map<String, Supplier<ModelSizes>> known() {
        Map<String, Supplier<ModelSizes>> known = new LinkedHashMap<>();
        for (String name : ModelShape.names()) {
            known.put(name, () -> of(ModelShape.named(name)));
        }
        dense(known, "llama-3.2-1b", 2048, 16, 32, 8, 64, 8192, 128256, 131072, true);
        dense(known, "llama-3.2-3b", 3072, 28, 24, 8, 128, 8192, 128256, 131072, true);
        dense(known, "llama-3.1-8b", 4096, 32, 32, 8, 128, 14336, 128256, 131072, false);
        dense(known, "llama-3.1-70b", 8192, 80, 64, 8, 128, 28672, 128256, 131072, false);
        dense(known, "llama-3.3-70b", 8192, 80, 64, 8, 128, 28672, 128256, 131072, false);
        dense(known, "llama-3.1-405b", 16384, 126, 128, 8, 128, 53248, 128256, 131072, false);
        dense(known, "qwen2.5-7b", 3584, 28, 28, 4, 128, 18944, 152064, 32768, false);
        dense(known, "qwen2.5-14b", 5120, 48, 40, 8, 128, 13824, 152064, 32768, false);
        dense(known, "qwen2.5-32b", 5120, 64, 40, 8, 128, 27648, 152064, 32768, false);
        dense(known, "qwen2.5-72b", 8192, 80, 64, 8, 128, 29568, 152064, 32768, false);
        dense(known, "qwen3-8b", 4096, 36, 32, 8, 128, 12288, 151936, 40960, false);
        dense(known, "qwen3-14b", 5120, 40, 40, 8, 128, 17408, 151936, 40960, false);
        dense(known, "qwen3-32b", 5120, 64, 64, 8, 128, 25600, 151936, 40960, false);
        experts(known, "mixtral-8x22b", 6144, 56, 48, 8, 128, 16384, 8, 2, 32768, 65536);
        experts(known, "qwen3-30b-a3b", 2048, 48, 32, 4, 128, 768, 128, 8, 151936, 40960);
        experts(known, "qwen3-235b-a22b", 4096, 94, 64, 4, 128, 1536, 128, 8, 151936, 40960);
        known.put("gpt-oss-20b", () -> gptOss("gpt-oss-20b", 24, 32));
        known.put("gpt-oss-120b", () -> gptOss("gpt-oss-120b", 36, 128));
        known.put("deepseek-v2-lite", ModelPresets::deepSeekV2Lite);
        known.put("deepseek-v3", ModelPresets::deepSeekV3);
        return known;
    }

    private static ModelSizes of(ModelShape shape) {
        var attention = new AttentionSizes.Grouped(
                shape.heads(), shape.kvHeads(), shape.embeddingLength() / shape.heads(), ALL);
        var feedForward = new FeedForwardSizes(
                shape.feedForwardLength(), Math.max(1, shape.experts()), Math.max(1, shape.expertsUsed()), 0);
        return ModelSizes.uniform(
                shape.name(),
                shape.embeddingLength(),
                shape.layers(),
                new LayerSizes(attention, feedForward),
                shape.vocabularySize(),
                shape.contextLength(),
                shape.tiedEmbeddings());
    }

    private static void dense(
            Map<String, Supplier<ModelSizes>> known,
            String name,
            int width,
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int hidden,
            int vocabulary,
            int contextLength,
            boolean tied) {
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(heads, kvHeads, headSize, ALL), FeedForwardSizes.dense(hidden));
        known.put(name, () -> ModelSizes.uniform(name, width, layers, layer, vocabulary, contextLength, tied));
    }

    private static void experts(
            Map<String, Supplier<ModelSizes>> known,
            String name,
            int width,
            int layers,
            int heads,
            int kvHeads,
            int headSize,
            int hidden,
            int experts,
            int used,
            int vocabulary,
            int contextLength) {
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(heads, kvHeads, headSize, ALL),
                new FeedForwardSizes(hidden, experts, used, 0));
        known.put(name, () -> ModelSizes.uniform(name, width, layers, layer, vocabulary, contextLength, false));
    }

    /** Every second layer sees the last 128 positions only. */
    private static ModelSizes gptOss(String name, int layers, int experts) {
        var feedForward = new FeedForwardSizes(2880, experts, 4, 0);
        List<LayerSizes> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerSizes(new AttentionSizes.Grouped(64, 8, 64, layer % 2 == 0 ? 128 : ALL), feedForward));
        }
        return new ModelSizes(name, 2880, list, 201088, 131072, false);
    }

    /** The first layer is dense; the others route over 64 experts and have two that all tokens use. */
    private static ModelSizes deepSeekV2Lite() {
        var attention = new AttentionSizes.Latent(16, 0, 512, 128, 64, 128);
        var routing = Routing.ungrouped(Routing.Scores.SOFTMAX, false, false, 1);
        List<LayerSizes> list = new ArrayList<>();
        for (int layer = 0; layer < 27; layer++) {
            list.add(new LayerSizes(
                    attention,
                    layer < 1
                            ? FeedForwardSizes.dense(10944)
                            : new FeedForwardSizes(1408, 64, 6, 2 * 1408, false, routing)));
        }
        return new ModelSizes("deepseek-v2-lite", 2048, list, 102400, 163840, false);
    }

    /** Three dense layers come first; the others route over 256 experts and have one that all tokens use. */
    private static ModelSizes deepSeekV3() {
        var attention = new AttentionSizes.Latent(128, 1536, 512, 128, 64, 128);
        var routing = new Routing(Routing.Scores.SIGMOID, true, 8, 4, 2, true, 2.5);
        List<LayerSizes> list = new ArrayList<>();
        for (int layer = 0; layer < 61; layer++) {
            list.add(new LayerSizes(
                    attention,
                    layer < 3
                            ? FeedForwardSizes.dense(18432)
                            : new FeedForwardSizes(2048, 256, 8, 2048, false, routing)));
        }
        return new ModelSizes("deepseek-v3", 7168, list, 129280, 163840, false);
    }
}
