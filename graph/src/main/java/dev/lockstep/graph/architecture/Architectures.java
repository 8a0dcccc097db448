package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import java.util.List;

/** Every architecture that can be run. */
public final class Architectures {
    private static final List<Architecture> ALL = List.of(
            new LlamaArchitecture(),
            new QwenArchitecture("qwen2", false),
            new QwenArchitecture("qwen3", true),
            new QwenArchitecture("qwen3moe", true));

    private Architectures() {}

    /** Names of the architectures that can be run. */
    public static List<String> names() {
        return ALL.stream().map(Architecture::name).toList();
    }

    /**
     * The graph of a model of any known architecture.
     *
     * @throws GraphException if the architecture is not known
     * @throws dev.lockstep.formats.FormatException if the file does not fit its architecture
     */
    public static Graph build(ModelDescription model) {
        String name = model.architecture();
        Architecture architecture = ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new GraphException("%s: %s: the architecture \"%s\" is not supported; use a model of %s"
                                .formatted(
                                        model.metadata().origin(),
                                        ModelDescription.ARCHITECTURE_KEY,
                                        name,
                                        String.join(", ", names()))));
        return architecture.build(model);
    }
}
