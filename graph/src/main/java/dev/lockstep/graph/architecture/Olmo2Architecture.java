package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Set;

/**
 * OLMo 2 and 3: norms only what blocks add, and queries and keys as whole rows. OLMo 3 gives three of four layers a window; those are not
 * stretched to longer contexts.
 *
 * <p>Source: OLMo Team 2024, "2 OLMo 2 Furious"; tensor and key names from the GGUF specification.
 */
final class Olmo2Architecture implements Architecture {
    private static final int PERIOD = 4;

    @Override
    public String name() {
        return "olmo2";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.sliding_window"));
        Hyperparameters parameters = Hyperparameters.of(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, new ModelWeights(model));
        builder.normResidualsOnly();
        Rope wide = parameters.rope().rope(Rope.Pairing.HALVES);
        builder.attention().normRows().turn(wide);
        if (keys.countOrZero("attention.sliding_window", Integer.MAX_VALUE) > 0) {
            Window window = Window.read(keys, PERIOD);
            Rope narrow = parameters.rope().unscaled(parameters.rope().base()).rope(Rope.Pairing.HALVES);
            builder.attention().window(window).turn(layer -> window.limits(layer) ? narrow : wide);
        }
        return builder.build();
    }
}
