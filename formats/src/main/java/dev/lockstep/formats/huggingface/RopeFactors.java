package dev.lockstep.formats.huggingface;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The divisors of single frequencies, which a config describes and a GGUF file holds as tensors.
 *
 * @param arena where they are kept
 * @param tensors takes them
 */
record RopeFactors(Arena arena, Map<String, Tensor> tensors) {
    private static final int MOST_PAIRS = 1 << 12;

    /**
     * Llama 3.1's: wavelengths above the trained context are stretched, short ones stay, with a ramp between.
     *
     * <p>Source: the rotary embedding of Meta's llama-models (2024).
     */
    void llama3(JsonFile settings, double base, int headSize) {
        double factor = settings.requireNumber("factor");
        double low = settings.requireNumber("low_freq_factor");
        double high = settings.requireNumber("high_freq_factor");
        double original = settings.requireNumber("original_max_position_embeddings");
        if (!(factor > 0) || !(high > low) || headSize < 2 || headSize > 2 * MOST_PAIRS) {
            throw settings.failure("factor", "does not go with its other settings", "download the model again");
        }
        float[] divisors = new float[headSize / 2];
        for (int pair = 0; pair < divisors.length; pair++) {
            double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * pair / headSize);
            double kept = Math.clamp((original / wavelength - low) / (high - low), 0.0, 1.0);
            divisors[pair] = (float) (1 / ((1 - kept) / factor + kept));
        }
        put("rope_freqs.weight", divisors);
    }

    /** LongRoPE's: a list for the trained context and one for longer ones. */
    void longRope(JsonFile settings) {
        put("rope_factors_short.weight", list(settings, "short_factor"));
        put("rope_factors_long.weight", list(settings, "long_factor"));
    }

    private static float[] list(JsonFile settings, String key) {
        JsonNode array = settings.get(key);
        if (!array.isArray() || array.isEmpty() || array.size() > MOST_PAIRS) {
            throw settings.failure(key, "is not a list of numbers", "download the model again");
        }
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            if (!array.get(i).isNumber()) {
                throw settings.failure(key, "holds " + array.get(i), "download the model again");
            }
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    private void put(String name, float[] values) {
        tensors.put(name, FloatVector.of(name, values, arena));
    }
}
