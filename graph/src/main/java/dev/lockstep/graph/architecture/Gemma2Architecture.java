package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Gemma 2: the first Gemma with norms also after attention and after the feed-forward network, soft caps on scores and logits, and a
 * window in every other layer, beginning with the first.
 *
 * <p>Source: Gemma Team 2024, "Gemma 2: Improving Open Language Models at a Practical Size"; key names from the GGUF specification.
 */
final class Gemma2Architecture implements Architecture {
    private static final int PERIOD = 2;

    /** The layers of the model with 27 billion parameters, whose scores have a scale of their own. */
    private static final int LAYERS_OF_27B = 46;

    @Override
    public String name() {
        return "gemma2";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(
                keys, Set.of("attention.sliding_window", "attn_logit_softcapping", "final_logit_softcapping"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.scaleEmbedding((float) Math.sqrt(parameters.embeddingLength()));
        builder.normResiduals();
        builder.capLogits((float) keys.positiveNumber("final_logit_softcapping", 30));
        builder.attention()
                .turn(parameters.rope().rope(Rope.Pairing.HALVES))
                .window(Window.read(keys, PERIOD))
                .cap((float) keys.positiveNumber("attn_logit_softcapping", 50));
        if (parameters.layers() == LAYERS_OF_27B) {
            builder.attention()
                    .scale((float) (1 / Math.sqrt((double) parameters.embeddingLength() / parameters.heads())));
        }
        builder.feedForward().activation(Activation.GELU);
        return builder.build();
    }
}
