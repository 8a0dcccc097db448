package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Seed-OSS: Qwen 2's blocks, whose second norm has another name.
 *
 * <p>Source: ByteDance Seed Team 2025, "Seed-OSS Open-Source Models"; tensor and key names from the GGUF specification.
 */
final class SeedOssArchitecture implements Architecture {
    @Override
    public String name() {
        return "seed_oss";
    }

    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name()), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.secondNorm("post_attention_norm");
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        return builder.build();
    }
}
