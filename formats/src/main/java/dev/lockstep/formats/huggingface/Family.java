package dev.lockstep.formats.huggingface;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the directories of one {@code model_type} differ from those of Llama.
 *
 * @param type the {@code model_type}
 * @param architecture its name in GGUF
 * @param halves whether halves of a head turn together where a GGUF file of the architecture has its rows reordered to pairs
 * @param gainsWithoutOne whether norms add 1 to the stored gains, which GGUF files have added
 * @param activations what the feed-forward networks may compute
 * @param names names of tensors in a block, without {@code .weight} and {@code .bias}, beside those of Llama
 * @param settings keys besides those that all have
 */
record Family(
        String type,
        String architecture,
        boolean halves,
        boolean gainsWithoutOne,
        Set<String> activations,
        Map<String, String> names,
        List<Setting> settings) {

    private static final Set<String> SILU = Set.of("silu", "swish");

    /** Writes keys, or refuses the config. */
    interface Setting {
        void apply(Keys keys);
    }

    static Family of(String type, String architecture, Setting... settings) {
        return new Family(type, architecture, false, false, SILU, Map.of(), List.of(settings));
    }

    Family turningHalves() {
        return new Family(type, architecture, true, gainsWithoutOne, activations, names, settings);
    }

    Family addingOneToGains() {
        return new Family(type, architecture, halves, true, activations, names, settings);
    }

    Family activatedBy(String... functions) {
        return new Family(type, architecture, halves, gainsWithoutOne, Set.of(functions), names, settings);
    }

    Family naming(Map<String, String> others) {
        return new Family(type, architecture, halves, gainsWithoutOne, activations, others, settings);
    }
}
