package dev.lockstep.server.serving;

import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.server.http.JsonFields;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
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

    private final JsonFields fields;
    private SamplingParameters parameters =
            SamplingParameters.DEFAULT.withSeed(ThreadLocalRandom.current().nextLong());

    private SamplingReader(JsonFields fields) {
        this.fields = fields;
    }

    /** @throws dev.lockstep.server.http.ApiException if a value cannot be */
    public static SamplingParameters read(JsonFields fields) {
        return new SamplingReader(fields).read();
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
        return parameters;
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
