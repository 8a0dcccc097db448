package dev.lockstep.server.serving;

import dev.lockstep.engine.sampling.SamplerStage;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/**
 * Reads how tokens are chosen. The names are those of OpenAI where it has one, else those of llama.cpp and Ollama. What a request leaves
 * open is as with {@code lockstep run}, except for the seed: it is random, so that asking again gives another answer.
 */
public final class SamplingReader {
    private static final double MAX_TEMPERATURE = 100;
    private static final double MAX_PENALTY = 2;
    private static final double MAX_BIAS = 100;

    /** Across these no repetition is counted, unless a request says otherwise; as llama.cpp has it. */
    private static final List<String> DRY_BREAKERS = List.of("\n", ":", "\"", "*");

    private static final double MAX_FACTOR = 1e6;

    private final JsonFields fields;
    private final Tokenizer tokenizer;
    private SamplingParameters parameters =
            SamplingParameters.DEFAULT.withSeed(ThreadLocalRandom.current().nextLong());

    private SamplingReader(JsonFields fields, Tokenizer tokenizer) {
        this.fields = fields;
        this.tokenizer = tokenizer;
    }

    /** @throws dev.lockstep.server.http.ApiException if a value cannot be */
    public static SamplingParameters read(JsonFields fields, Tokenizer tokenizer) {
        return new SamplingReader(fields, tokenizer).read();
    }

    private SamplingParameters read() {
        number("temperature", 0, MAX_TEMPERATURE).ifPresent(v -> parameters = parameters.withTemperature((float) v));
        integer("top_k").ifPresent(v -> parameters = parameters.withTopK(v));
        number("top_p", 0, 1).ifPresent(v -> parameters = parameters.withTopP(atLeastOneToken(v)));
        number("min_p", 0, 1).ifPresent(v -> parameters = parameters.withMinP((float) v));
        number("typical_p", 0, 1).ifPresent(v -> parameters = parameters.withTypicalP(atLeastOneToken(v)));
        number("presence_penalty", -MAX_PENALTY, MAX_PENALTY)
                .ifPresent(v -> parameters = parameters.withPresencePenalty((float) v));
        number("frequency_penalty", -MAX_PENALTY, MAX_PENALTY)
                .ifPresent(v -> parameters = parameters.withFrequencyPenalty((float) v));
        either("repeat_penalty", "repetition_penalty")
                .ifPresent(v -> parameters = parameters.withRepetitionPenalty((float) v));
        fields.integer("repeat_last_n", -1, Integer.MAX_VALUE)
                .ifPresent(v -> parameters = parameters.withPenaltyWindow(v == -1 ? SamplingParameters.WHOLE_TEXT : v));
        OptionalLong seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        // Clients of llama.cpp and Ollama say -1 for "any".
        if (seed.isPresent() && seed.getAsLong() != -1) {
            parameters = parameters.withSeed(seed.getAsLong());
        }
        if (fields.has("logit_bias")) {
            parameters = parameters.withLogitBias(bias());
        }
        topNSigma();
        dynamicTemperature();
        excludeTopChoices();
        mirostat();
        dontRepeatYourself();
        return parameters;
    }

    private void topNSigma() {
        double n = number("top_n_sigma", -1, MAX_FACTOR).orElse(-1);
        if (n > 0) {
            parameters = parameters.with(new SamplerStage.TopNSigma((float) n));
        }
    }

    private void dynamicTemperature() {
        float range = (float) number("dynatemp_range", 0, MAX_TEMPERATURE).orElse(0);
        float exponent = (float)
                number("dynatemp_exponent", Float.MIN_NORMAL, MAX_FACTOR).orElse(1);
        float middle = parameters.temperature();
        if (range > 0 && middle > 0) {
            parameters = parameters.with(
                    new SamplerStage.DynamicTemperature(Math.max(0.01f, middle - range), middle + range, exponent));
        }
    }

    private void excludeTopChoices() {
        float probability = (float) number("xtc_probability", 0, 1).orElse(0);
        float threshold = atLeastOneToken(number("xtc_threshold", 0, 1).orElse(0.1));
        if (probability > 0) {
            parameters = parameters.with(new SamplerStage.Xtc(probability, threshold));
        }
    }

    private void mirostat() {
        int version = fields.integer("mirostat", 0, 2).orElse(0);
        float tau = (float) number("mirostat_tau", 0, MAX_FACTOR).orElse(5);
        float eta = (float) number("mirostat_eta", 0, 1).orElse(0.1);
        if (version > 0) {
            parameters = parameters.with(new SamplerStage.Mirostat(version, tau, eta, parameters.seed()));
        }
    }

    private void dontRepeatYourself() {
        float multiplier = (float) number("dry_multiplier", 0, MAX_FACTOR).orElse(0);
        float base = (float) number("dry_base", 1, 100).orElse(1.75);
        int allowed = fields.integer("dry_allowed_length", 1, Integer.MAX_VALUE).orElse(2);
        int window = fields.integer("dry_penalty_last_n", -1, Integer.MAX_VALUE).orElse(-1);
        List<String> breakers =
                fields.has("dry_sequence_breakers") ? fields.strings("dry_sequence_breakers") : DRY_BREAKERS;
        if (multiplier > 0) {
            parameters = parameters.with(new SamplerStage.Dry(
                    multiplier,
                    base,
                    allowed,
                    window == -1 ? SamplingParameters.WHOLE_TEXT : window,
                    tokensWith(breakers)));
        }
    }

    /** Tokens in whose text one of the others occurs. */
    private Set<Integer> tokensWith(List<String> texts) {
        Set<Integer> tokens = new TreeSet<>();
        for (int token = 0; token < tokenizer.vocabularySize(); token++) {
            String piece = new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
            if (texts.stream().anyMatch(piece::contains)) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private OptionalDouble number(String name, double least, double most) {
        return fields.number(name, least, most);
    }

    private OptionalInt integer(String name) {
        return fields.integer(name, 0, Integer.MAX_VALUE);
    }

    private OptionalDouble either(String first, String second) {
        OptionalDouble value = number(first, 0.01, 100);
        return value.isPresent() ? value : number(second, 0.01, 100);
    }

    /** OpenAI allows 0, which keeps the likeliest token. */
    private static float atLeastOneToken(double probability) {
        return Math.max(Float.MIN_NORMAL, (float) probability);
    }

    private Map<Integer, Float> bias() {
        Map<Integer, Float> bias = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : fields.entries("logit_bias").entrySet()) {
            String name = "logit_bias." + entry.getKey();
            JsonNode value = entry.getValue();
            if (!value.isNumber() || Math.abs(value.doubleValue()) > MAX_BIAS) {
                throw fields.invalid(name, "must be a number from -100 to 100");
            }
            // The ends stand for never and always; a logit of 100 less is as good as never, but not quite.
            float amount = value.doubleValue() == -MAX_BIAS ? Float.NEGATIVE_INFINITY : value.floatValue();
            try {
                bias.put(Integer.parseInt(entry.getKey()), amount);
            } catch (NumberFormatException noToken) {
                throw fields.invalid(name, "is not the number of a token");
            }
        }
        return bias;
    }
}
