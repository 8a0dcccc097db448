package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * EXAONE 4: norms only what blocks add, and every head. Of its larger model three of four layers have a window and turn by positions; the
 * fourth sees all and knows no positions.
 *
 * <p>Source: LG AI Research 2025, "EXAONE 4.0"; tensor and key names from the GGUF specification.
 */
final class Exaone4Architecture implements Architecture {
    private static final int PERIOD = 4;

    @Override
    public String name() {
        return "exaone4";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.sliding_window"));
        Hyperparameters parameters = Hyperparameters.of(model);
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);
        builder.normResidualsOnly();
        Rope rope = weights.positiveConstants(
                        "rope_freqs.weight", parameters.rope().width() / 2)
                .map(divisors -> parameters.rope().rope(Rope.Pairing.HALVES, divisors))
                .orElseGet(() -> parameters.rope().rope(Rope.Pairing.HALVES));
        builder.attention().normHeads().turn(rope);
        if (keys.countOrZero("attention.sliding_window", Integer.MAX_VALUE) > 0) {
            Window window = Window.read(keys, PERIOD);
            builder.attention().window(window).turn(layer -> window.limits(layer) ? rope : Rope.NONE);
        }
        return builder.build();
    }
}
