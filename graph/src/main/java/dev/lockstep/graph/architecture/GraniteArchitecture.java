package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Granite 3: LLaMA with factors on embeddings, attention scores, what each block adds, and a divisor of the logits; also with
 * experts.
 *
 * <p>Sources: IBM Granite Team 2024, "Granite 3.0 Language Models"; tensor and key names from the GGUF specification.
 */
record GraniteArchitecture(String name) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name);
        NeutralKeys.refuseOthers(keys, Set.of("embedding_scale", "attention.scale", "residual_scale", "logit_scale"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.scaleEmbedding((float) keys.number("embedding_scale", 1));
        builder.scaleResiduals((float) keys.number("residual_scale", 1));
        builder.scaleLogits(1 / (float) keys.positiveNumber("logit_scale", 1));
        builder.attention()
                .turn(parameters.rope().rope(Rope.Pairing.INTERLEAVED))
                .scale((float) keys.positiveNumber(
                        "attention.scale", builder.attention().scale()));
        return builder.build();
    }
}
