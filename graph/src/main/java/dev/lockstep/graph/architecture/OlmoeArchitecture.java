package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import java.util.Set;

/**
 * OLMoE: queries and keys normed as whole rows, and experts weighed by their share among all.
 *
 * <p>Source: Muennighoff et al. 2024, "OLMoE: Open Mixture-of-Experts Language Models"; tensor and key names from the GGUF specification.
 */
final class OlmoeArchitecture implements Architecture {
    @Override
    public String name() {
        return "olmoe";
    }

    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name()), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.attention().normRows().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        builder.feedForward().weigh(Routing.Weighing.ALL, 1);
        return builder.build();
    }
}
