package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import java.util.Set;

/**
 * Qwen 1.5 and 2 with experts: Qwen 2 whose experts are weighed by their share among all, and one that every token uses as much as its own gate
 * says.
 *
 * <p>Source: Qwen2 Technical Report (2024); tensor and key names from the GGUF specification.
 */
final class Qwen2MoeArchitecture implements Architecture {
    @Override
    public String name() {
        return "qwen2moe";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        builder.feedForward()
                .weigh(Routing.Weighing.ALL, 1)
                .sharedExpert(keys.positive("expert_shared_feed_forward_length", Hyperparameters.MOST), true);
        return builder.build();
    }
}
