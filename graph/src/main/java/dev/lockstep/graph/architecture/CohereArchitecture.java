package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Optional;
import java.util.Set;

/**
 * Command R and R7B: attention and feed-forward network read the same layer norm, and logits are scaled. In R7B and later three of four layers have a
 * window and turn by positions; the fourth sees all and knows no positions.
 *
 * <p>Sources: Cohere's model cards (2024); tensor and key names from the GGUF specification.
 */
record CohereArchitecture(String name, Optional<Integer> windowPeriod) implements Architecture {
    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name);
        NeutralKeys.refuseOthers(
                keys,
                windowPeriod.isPresent() ? Set.of("attention.sliding_window", "logit_scale") : Set.of("logit_scale"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.useLayerNorms();
        builder.parallelBlocks();
        builder.scaleLogits((float) keys.positiveNumber("logit_scale", 1));
        Rope rope = parameters.rope().rope(Rope.Pairing.INTERLEAVED);
        builder.attention().turn(rope);
        windowPeriod.ifPresent(period -> {
            Window window = Window.read(keys, period);
            builder.attention().window(window).turn(layer -> window.limits(layer) ? rope : Rope.NONE);
        });
        return builder.build();
    }
}
