package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Gemma (the first): embeddings times the root of their width, GELU, and the embedding as the output matrix. The 1 that its norms
 * add to their gains is in the gains of the file.
 *
 * <p>Source: Gemma Team 2024, "Gemma: Open Models Based on Gemini Research and Technology".
 */
final class GemmaArchitecture implements Architecture {
    @Override
    public String name() {
        return "gemma";
    }

    @Override
    public Graph build(ModelDescription model) {
        NeutralKeys.refuseOthers(new KeyReader(model.metadata(), name()), Set.of());
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.scaleEmbedding((float) Math.sqrt(parameters.embeddingLength()));
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        builder.feedForward().activation(Activation.GELU);
        return builder.build();
    }
}
