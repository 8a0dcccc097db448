package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Rope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a model turns queries and keys by their position, and how it was stretched to longer contexts.
 *
 * <p>Sources: RoFormer (Su et al. 2021); YaRN (Peng et al. 2023), with the magnitude that the paper puts on the attention
 * scores applied to cos and sin.
 *
 * @param pairing which elements turn together where that is not what files of the architecture have; see {@code rope.pairing}
 * @param width elements of a head that turn
 * @param base the wavelengths grow from 2 pi to 2 pi * base
 * @param factor how many times longer the context is than the trained one
 * @param originalContextLength the trained context, for YaRN
 * @param attentionFactor factor on cos and sin, besides YaRN's own
 * @param logMultiplier YaRN: how much of its factor on scores is taken back from cos and sin
 * @param extrapolation YaRN: how much of the short wavelengths is left as trained, normally 1
 * @param betaFast YaRN: pairs that turn more often than this within the trained context stay as trained
 * @param betaSlow YaRN: pairs that turn less often than this are interpolated
 * @param fractional YaRN: whether the ramp between begins and ends between pairs; a key that the GGUF specification does not have says so
 */
public record RopeParameters(
        Optional<Rope.Pairing> pairing,
        int width,
        double base,
        Scaling scaling,
        double factor,
        int originalContextLength,
        double attentionFactor,
        double logMultiplier,
        double extrapolation,
        double betaFast,
        double betaSlow,
        boolean fractional) {

    /** How frequencies change when the context is stretched. */
    public enum Scaling {
        NONE,
        /** All frequencies are divided by the factor. */
        LINEAR,
        /** Low frequencies are divided by the factor, high ones stay. */
        YARN
    }

    static RopeParameters read(KeyReader keys, int headSize, int contextLength) {
        int width = keys.optionalPositive("rope.dimension_count", headSize).orElse(headSize);
        if (width % 2 != 0) {
            throw keys.failure(
                    "rope.dimension_count", "is " + width + ", an odd number", "use a file that is not damaged");
        }
        double base = keys.positiveNumber("rope.freq_base", 10000);
        if (base <= 1) {
            throw keys.failure("rope.freq_base", "is " + base + ", not above 1", "use a file that is not damaged");
        }
        double factor = keys.number("rope.scaling.factor", 0);
        Scaling scaling = scaling(keys, factor);
        return new RopeParameters(
                pairing(keys),
                width,
                base,
                scaling,
                scaling == Scaling.NONE ? 1 : keys.positiveNumber("rope.scaling.factor", 1),
                keys.optionalPositive("rope.scaling.original_context_length", Integer.MAX_VALUE)
                        .orElse(contextLength),
                keys.positiveNumber("rope.scaling.attn_factor", 1),
                keys.number("rope.scaling.yarn_log_multiplier", 0),
                keys.number("rope.scaling.yarn_ext_factor", 1),
                keys.positiveNumber("rope.scaling.yarn_beta_fast", 32),
                keys.positiveNumber("rope.scaling.yarn_beta_slow", 1),
                keys.flag("rope.scaling.yarn_fractional"));
    }

    /**
     * A key that the GGUF specification does not have: converters reorder rows to what an architecture expects, while a directory is read as
     * it is.
     */
    private static Optional<Rope.Pairing> pairing(KeyReader keys) {
        return keys.string("rope.pairing").map(name -> switch (name) {
            case "halves" -> Rope.Pairing.HALVES;
            case "interleaved" -> Rope.Pairing.INTERLEAVED;
            default ->
                throw keys.failure("rope.pairing", "is \"" + name + "\", not halves or interleaved", "remove the key");
        });
    }

    /** Older files give a factor alone, which means linear scaling; a factor of 0 means none. */
    private static Scaling scaling(KeyReader keys, double factor) {
        String name = keys.string("rope.scaling.type").orElse(Scaling.LINEAR.name());
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "none" -> Scaling.NONE;
            case "linear" -> factor == 0 ? Scaling.NONE : Scaling.LINEAR;
            case "yarn" -> Scaling.YARN;
            default ->
                throw keys.failure(
                        "rope.scaling.type",
                        "is \"" + name + "\", which is not supported",
                        "use a model with none, linear or yarn");
        };
    }

    /** The same width on another base, as trained: for layers that see a window, which needs no stretching. */
    RopeParameters unscaled(double otherBase) {
        return new RopeParameters(
                pairing,
                width,
                otherBase,
                Scaling.NONE,
                1,
                originalContextLength,
                1,
                0,
                extrapolation,
                betaFast,
                betaSlow,
                fractional);
    }

    /** The rotation of a model without factors for single frequencies. */
    Rope rope(Rope.Pairing usual) {
        float[] ones = new float[width / 2];
        Arrays.fill(ones, 1);
        return rope(usual, ones);
    }

    /** The rotation; the frequency of pair i is divided by {@code divisors[i]} (Llama 3's {@code rope_freqs}). */
    Rope rope(Rope.Pairing usual, float[] divisors) {
        List<Double> frequencies = new ArrayList<>(width / 2);
        for (int pair = 0; pair < width / 2; pair++) {
            double trained = StrictMath.pow(base, -2.0 * pair / width) / divisors[pair];
            double kept = trainedShare(pair);
            frequencies.add(trained / factor * (1 - kept) + trained * kept);
        }
        return new Rope(pairing.orElse(usual), frequencies, magnitude());
    }

    private double magnitude() {
        boolean sharpened = scaling == Scaling.YARN && extrapolation != 0 && factor > 1;
        double all = 1 + 0.1 * StrictMath.log(factor);
        return sharpened ? attentionFactor * all / (1 + 0.1 * logMultiplier * StrictMath.log(factor)) : attentionFactor;
    }

    /** How much of a pair's trained frequency is kept: 1 for short wavelengths, 0 for long ones, a ramp between. */
    private double trainedShare(int pair) {
        return switch (scaling) {
            case NONE, LINEAR -> 0;
            case YARN -> {
                double fast = pairThatTurns(betaFast);
                double slow = pairThatTurns(betaSlow);
                double low = Math.max(0, fractional ? fast : StrictMath.floor(fast));
                double high = Math.min(width - 1.0, fractional ? slow : StrictMath.ceil(slow));
                double ramp = Math.clamp((pair - low) / Math.max(0.001, high - low), 0.0, 1.0);
                yield (1 - ramp) * extrapolation;
            }
        };
    }

    /** The (fractional) pair that turns that often within the trained context. */
    private double pairThatTurns(double turns) {
        return width * StrictMath.log(originalContextLength / (turns * 2 * Math.PI)) / (2 * StrictMath.log(base));
    }
}
