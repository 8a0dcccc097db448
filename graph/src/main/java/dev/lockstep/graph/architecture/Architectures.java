package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.Rope;
import java.util.List;
import java.util.Optional;

/** Every architecture that can be run. */
public final class Architectures {
    private static final List<Architecture> ALL = List.of(
            new LlamaArchitecture("llama", Rope.Pairing.INTERLEAVED),
            new CohereArchitecture("cohere2", Optional.of(4)),
            new CohereArchitecture("command-r", Optional.empty()),
            new DeepSeek2Architecture(),
            new LlamaArchitecture("ernie4_5", Rope.Pairing.INTERLEAVED),
            new LlamaArchitecture("exaone", Rope.Pairing.HALVES),
            new Exaone4Architecture(),
            new GemmaArchitecture(),
            new Gemma2Architecture(),
            new Gemma3Architecture(),
            new Glm4Architecture(),
            new Glm4MoeArchitecture(),
            new Gpt2Architecture("gpt2"),
            new GptOssArchitecture(),
            new GraniteArchitecture("granite"),
            new GraniteArchitecture("granitemoe"),
            new Mistral3Architecture(),
            new Olmo2Architecture(),
            new OlmoeArchitecture(),
            new PlainArchitecture("phi2", true),
            new Phi3Architecture(),
            new QwenArchitecture("qwen2", false),
            new Qwen2MoeArchitecture(),
            new QwenArchitecture("qwen3", true),
            new QwenArchitecture("qwen3moe", true),
            new SeedOssArchitecture(),
            new SmolLm3Architecture(),
            new StableLmArchitecture(),
            new Gpt2Architecture("starcoder"),
            new PlainArchitecture("starcoder2", false));

    private Architectures() {}

    /** Names of the architectures that can be run. */
    public static List<String> names() {
        return ALL.stream().map(Architecture::name).toList();
    }

    /**
     * The graph of a model of any known architecture, for the context that it was trained for.
     *
     * @throws GraphException if the architecture is not known
     * @throws dev.lockstep.formats.FormatException if the file does not fit its architecture
     */
    public static Graph build(ModelDescription model) {
        return of(model).build(model);
    }

    /**
     * As {@link #build(ModelDescription)}, for a smaller context.
     *
     * @param mostUsed positions that will be used, at most; more than the model was trained for means all of them
     */
    public static Graph build(ModelDescription model, int mostUsed) {
        return of(model).build(model, mostUsed);
    }

    private static Architecture of(ModelDescription model) {
        String name = model.architecture();
        return ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new GraphException("%s: %s: the architecture \"%s\" is not supported; use a model of %s"
                                .formatted(
                                        model.metadata().origin(),
                                        ModelDescription.ARCHITECTURE_KEY,
                                        name,
                                        String.join(", ", names()))));
    }
}
