package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * GLM 4 (0414): LLaMA with norms also after what blocks add, gate and up in one matrix, and half of each head turning.
 *
 * <p>Sources: GLM Team 2024, "ChatGLM: A Family of Large Language Models"; tensor and key names from the GGUF specification.
 */
final class Glm4Architecture implements Architecture {
    @Override
    public String name() {
        return "glm4";
    }

    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name()), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.normResiduals();
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.INTERLEAVED));
        builder.feedForward().fused();
        return builder.build();
    }
}
