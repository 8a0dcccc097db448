package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Mistral 3 and Ministral 3: LLaMA with YaRN, and queries that grow with their position.
 *
 * <p>Source: Mistral's reference implementation (2025); tensor and key names from the GGUF specification.
 */
final class Mistral3Architecture implements Architecture {
    @Override
    public String name() {
        return "mistral3";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.temperature_scale", "rope.scaling.yarn_log_multiplier"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        Rope rope = parameters.rope().rope(Rope.Pairing.INTERLEAVED);
        double growth = keys.number("attention.temperature_scale", 0);
        builder.attention()
                .turn(
                        growth == 0
                                ? rope
                                : rope.growing(new Rope.Growth(
                                        growth, parameters.rope().originalContextLength())));
        return builder.build();
    }
}
