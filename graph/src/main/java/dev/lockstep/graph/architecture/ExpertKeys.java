package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Routing;
import java.util.Set;

/** The keys that say how DeepSeek and models after it choose, weigh and share experts. */
final class ExpertKeys {
    static final int SOFTMAX = 1;
    static final int SIGMOID = 2;

    /** Those that {@link NeutralKeys} would refuse. */
    static final Set<String> HEEDED = Set.of("expert_shared_count", "expert_weights_scale");

    private ExpertKeys() {}

    /**
     * Sets up the experts of a model.
     *
     * @param usual function that makes probabilities of scores where the file does not say
     * @throws dev.lockstep.formats.FormatException if the model asks for what is not supported
     */
    static void apply(KeyReader keys, Hyperparameters parameters, FeedForward feedForward, int usual) {
        int groups = keys.countOrZero("expert_group_count", Hyperparameters.MOST);
        if (keys.countOrZero("expert_group_used_count", Hyperparameters.MOST) < groups) {
            throw keys.failure(
                    "expert_group_used_count",
                    "leaves out groups of experts, which is not supported",
                    "use another model");
        }
        int shared = keys.countOrZero("expert_shared_count", Hyperparameters.MOST);
        double scale = keys.number("expert_weights_scale", 0);
        feedForward
                .weigh(weighing(keys, usual), scale == 0 ? 1 : (float) scale) // 0 is written where there is none
                .biasedChoice()
                .denseFirst(
                        keys.countOrZero("leading_dense_block_count", Hyperparameters.MOST),
                        keys.positive("feed_forward_length", Hyperparameters.MOST))
                .sharedExpert(Math.multiplyExact(shared, parameters.feedForwardLength()), false);
    }

    private static Routing.Weighing weighing(KeyReader keys, int usual) {
        boolean shares = keys.flag("expert_weights_norm");
        int stored = keys.countOrZero("expert_gating_func", Hyperparameters.MOST);
        return switch (stored == 0 ? usual : stored) {
            case SOFTMAX -> shares ? Routing.Weighing.CHOSEN : Routing.Weighing.ALL;
            case SIGMOID -> shares ? Routing.Weighing.SIGMOID_SHARE : Routing.Weighing.SIGMOID;
            default ->
                throw keys.failure(
                        "expert_gating_func", "is " + stored + ", which is not supported", "use another model");
        };
    }
}
