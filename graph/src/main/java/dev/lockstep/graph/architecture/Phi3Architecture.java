package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;
import java.util.Optional;
import java.util.Set;

/**
 * Phi-3 and Phi-4: LLaMA with queries, keys and values in one tensor, gate and up in another, and for long contexts two sets of
 * frequency divisors (LongRoPE), of which the context that is asked for chooses one.
 *
 * <p>Sources: Abdin et al. 2024 (Phi-3); Ding et al. 2024 (LongRoPE); tensor and key names from the GGUF specification.
 */
final class Phi3Architecture implements Architecture {
    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public Graph build(ModelDescription model) {
        return build(model, Integer.MAX_VALUE);
    }

    @Override
    public Graph build(ModelDescription model, int mostUsed) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, Set.of("attention.sliding_window"));
        Hyperparameters parameters = Hyperparameters.of(model);
        int contextLength = Math.min(mostUsed, parameters.contextLength());
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);
        builder.attention().fused();
        builder.feedForward().fused();

        RopeParameters turns = parameters.rope();
        int pairs = turns.width() / 2;
        Optional<float[]> shortDivisors = weights.positiveConstants("rope_factors_short.weight", pairs);
        Optional<float[]> longDivisors = weights.positiveConstants("rope_factors_long.weight", pairs);
        Optional<float[]> divisors = contextLength > turns.originalContextLength() ? longDivisors : shortDivisors;
        Rope rope = divisors.map(values -> turns.rope(Rope.Pairing.HALVES, values))
                .orElseGet(() -> turns.rope(Rope.Pairing.HALVES));
        builder.attention().turn(rope);
        int window = keys.countOrZero("attention.sliding_window", Integer.MAX_VALUE);
        if (window != 0 && window < contextLength) {
            builder.attention().window(Window.everywhere(window));
        }
        return builder.build();
    }
}
