package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * SmolLM 3: LLaMA in which every fourth layer knows no positions.
 *
 * <p>Source: Bakouch et al. 2025, "SmolLM3: smol, multilingual, long-context reasoner"; tensor and key names from the GGUF specification.
 */
final class SmolLm3Architecture implements Architecture {
    private static final int PERIOD = 4;

    @Override
    public String name() {
        return "smollm3";
    }

    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name()), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        Rope rope = parameters.rope().rope(Rope.Pairing.INTERLEAVED);
        builder.attention().turn(layer -> layer % PERIOD == PERIOD - 1 ? Rope.NONE : rope);
        return builder.build();
    }
}
