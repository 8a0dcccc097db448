package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * Gemma 3, its text part: Gemma 2 without caps, with normed heads, and five layers with a window for each that sees all. Layers with a window
 * turn faster, and are not stretched to longer contexts.
 *
 * <p>Source: Gemma Team 2025, "Gemma 3 Technical Report"; key names from the GGUF specification.
 */
final class Gemma3Architecture implements Architecture {
    private static final int PERIOD = 6;
    private static final double WINDOW_ROPE_BASE = 10000;

    /** The layers of the model with 27 billion parameters, whose scores have a scale of their own. */
    private static final int LAYERS_OF_27B = 62;

    @Override
    public String name() {
        return "gemma3";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.sliding_window", "final_logit_softcapping"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.scaleEmbedding((float) Math.sqrt(parameters.embeddingLength()));
        builder.normResiduals();
        builder.capLogits((float) keys.number("final_logit_softcapping", 0));
        Window window = Window.read(keys, PERIOD);
        Rope wide = parameters.rope().rope(Rope.Pairing.HALVES);
        Rope narrow = parameters
                .rope()
                .unscaled(keys.positiveNumber("rope.freq_base_swa", WINDOW_ROPE_BASE))
                .rope(Rope.Pairing.HALVES);
        builder.attention().normHeads().window(window).turn(layer -> window.limits(layer) ? narrow : wide);
        if (parameters.layers() == LAYERS_OF_27B) {
            builder.attention()
                    .scale((float) (1 / Math.sqrt((double) parameters.embeddingLength() / parameters.heads())));
        }
        builder.feedForward().activation(Activation.GELU);
        return builder.build();
    }
}
