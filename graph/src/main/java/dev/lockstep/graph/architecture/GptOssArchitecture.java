package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * gpt-oss: attention with sinks and biases, a window in every other layer, beginning with the first, and experts with biases and a clamped
 * gate.
 *
 * <p>Source: OpenAI 2025, "gpt-oss-120b & gpt-oss-20b Model Card"; tensor and key names from the GGUF specification.
 */
final class GptOssArchitecture implements Architecture {
    private static final int PERIOD = 2;

    @Override
    public String name() {
        return "gpt-oss";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.sliding_window"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.secondNorm("post_attention_norm");
        builder.attention()
                .turn(parameters.rope().rope(Rope.Pairing.HALVES))
                .window(Window.read(keys, PERIOD))
                .withSinks();
        builder.feedForward().activation(Activation.SWIGLU_OAI).expertBiases();
        return builder.build();
    }
}
