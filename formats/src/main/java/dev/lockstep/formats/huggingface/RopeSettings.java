package dev.lockstep.formats.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How a config says that queries and keys turn: {@code rope_theta} and {@code rope_scaling}, or since version 5 of transformers both in
 * {@code rope_parameters}, for some models by kind of layer.
 *
 * @param main the settings of layers that see all
 * @param windowBase the base of layers with a window, if they have their own
 */
record RopeSettings(JsonFile config, JsonFile main, Optional<Double> windowBase) {
    private static final String PARAMETERS = "rope_parameters";
    private static final String FULL = "full_attention";
    private static final String WINDOWED = "sliding_attention";
    private static final double USUAL_BASE = 10000;

    static RopeSettings of(JsonFile config) {
        JsonFile parameters = config.object(PARAMETERS)
                .or(() -> config.object("rope_scaling"))
                .orElseGet(() -> JsonFile.parse(config.origin(), "{}".getBytes(StandardCharsets.US_ASCII)));
        Optional<JsonFile> full = parameters.object(FULL);
        Optional<Double> windowBase = parameters
                .object(WINDOWED)
                .map(windowed -> windowed.number("rope_theta").orElse(USUAL_BASE))
                .or(() -> config.number("rope_local_base_freq").stream().boxed().findFirst());
        return new RopeSettings(config, full.orElse(parameters), windowBase);
    }

    /** Writes the keys; {@code factors} take what GGUF files keep in tensors. */
    void apply(Keys keys, Family family, RopeFactors factors) {
        if (family.halves()) {
            keys.put("rope.pairing", "halves");
        }
        keys.put("rope.freq_base", base());
        windowBase.ifPresent(value -> keys.put("rope.freq_base_swa", value.doubleValue()));
        double share = number("partial_rotary_factor").orElse(1.0);
        if (share != 1) {
            keys.put("rope.dimension_count", (long) (Settings.headSize(config) * share));
        }
        switch (type()) {
            case "default" -> {}
            case "linear" -> {
                keys.put("rope.scaling.type", "linear");
                keys.put("rope.scaling.factor", main.requireNumber("factor"));
            }
            case "yarn" -> yarn(keys);
            case "llama3" -> factors.llama3(main, base(), (int) Settings.headSize(config));
            case "longrope", "su" -> longRope(keys, factors);
            default ->
                throw main.failure("rope_type", "is \"" + type() + "\", which is not supported", "use another model");
        }
    }

    private void yarn(Keys keys) {
        double factor = main.requireNumber("factor");
        keys.put("rope.scaling.type", "yarn");
        keys.put("rope.scaling.factor", factor);
        originalContext().ifPresent(length -> keys.put("rope.scaling.original_context_length", length.longValue()));
        main.number("beta_fast").ifPresent(value -> keys.put("rope.scaling.yarn_beta_fast", value));
        main.number("beta_slow").ifPresent(value -> keys.put("rope.scaling.yarn_beta_slow", value));
        if (!main.flag("truncate", true)) {
            keys.put("rope.scaling.yarn_fractional", true);
        }
        double usual = 1 + 0.1 * Math.log(factor);
        main.number("attention_factor").ifPresent(value -> keys.put("rope.scaling.attn_factor", value / usual));
        double all = main.number("mscale_all_dim").orElse(0);
        if (all != 0) {
            if (main.number("mscale").orElse(1) != all) {
                throw main.failure("mscale", "differs from mscale_all_dim, which is not supported", "use a GGUF file");
            }
            keys.put("rope.scaling.yarn_log_multiplier", 0.1 * all);
        }
    }

    private void longRope(Keys keys, RopeFactors factors) {
        double original = originalContext()
                .orElseThrow(() ->
                        main.failure("original_max_position_embeddings", "is missing", "download the model again"));
        keys.put("rope.scaling.original_context_length", (long) original);
        double stretched = main.number("factor").orElse(config.requireInteger("max_position_embeddings") / original);
        double magnitude = stretched <= 1 ? 1 : Math.sqrt(1 + Math.log(stretched) / Math.log(original));
        keys.put("rope.scaling.attn_factor", main.number("attention_factor").orElse(magnitude));
        factors.longRope(main);
    }

    private Optional<Double> originalContext() {
        return number("original_max_position_embeddings");
    }

    private double base() {
        return number("rope_theta").orElse(USUAL_BASE);
    }

    private String type() {
        return main.string("rope_type").or(() -> main.string("type")).orElse("default");
    }

    /** A number of the settings, or else of the config itself. */
    private Optional<Double> number(String key) {
        return main.has(key)
                ? Optional.of(main.requireNumber(key))
                : config.number(key).stream().boxed().findFirst();
    }
}
