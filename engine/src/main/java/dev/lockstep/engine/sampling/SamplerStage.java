package dev.lockstep.engine.sampling;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One stage of a {@link SamplerChain}. Stages change the logits of the remaining candidates or drop candidates (never the last
 * one); {@link Greedy}, {@link Draw} and {@link Mirostat} choose. {@code toString} is what {@link SamplerChain#parse} reads.
 */
public sealed interface SamplerStage {
    /** Adds to the logits of single tokens; negative infinity forbids one. */
    record Bias(Map<Integer, Float> logits) implements SamplerStage {
        public Bias {
            logits.forEach((token, bias) -> {
                Range.require(token >= 0, "logit bias: token %d is negative", token);
                Range.require(
                        Float.isFinite(bias) || bias == Float.NEGATIVE_INFINITY,
                        "logit bias of token %d is %s, must be a finite number or -Infinity",
                        token,
                        bias);
            });
            logits = Collections.unmodifiableMap(new TreeMap<>(logits));
        }

        @Override
        public String toString() {
            var text = new StringBuilder("bias(");
            logits.forEach((token, bias) -> text.append(text.length() == 5 ? "" : ",")
                    .append(token)
                    .append(':')
                    .append(bias));
            return text.append(')').toString();
        }
    }

    /**
     * Makes tokens that occurred lately less likely. A positive logit is divided by {@code repetition}, another one
     * multiplied; then {@code presence + occurrences * frequency} is subtracted.
     *
     * @param window how many of the last tokens count, prompt included; {@link SamplingParameters#WHOLE_TEXT} for all
     */
    record Penalties(int window, float repetition, float presence, float frequency) implements SamplerStage {
        public Penalties {
            Range.require(window >= 0, "penalty window is %d, must be 0 or more", window);
            Range.require(
                    repetition > 0 && Float.isFinite(repetition),
                    "repetition penalty is %s, must be above 0 (1 is neutral)",
                    repetition);
            Range.require(Math.abs(presence) <= 100, "presence penalty is %s, must be between -100 and 100", presence);
            Range.require(
                    Math.abs(frequency) <= 100, "frequency penalty is %s, must be between -100 and 100", frequency);
        }

        boolean neutral() {
            return window == 0 || (repetition == 1 && presence == 0 && frequency == 0);
        }

        @Override
        public String toString() {
            return "penalties(" + window + "," + repetition + "," + presence + "," + frequency + ")";
        }
    }

    /** Keeps the {@code k} most likely (Fan et al. 2018). */
    record TopK(int k) implements SamplerStage {
        public TopK {
            Range.require(k >= 1, "top-k keeps %d tokens, must be 1 or more", k);
        }

        @Override
        public String toString() {
            return "top-k(" + k + ")";
        }
    }

    /**
     * Keeps those whose surprise is closest to the expected one, up to probability {@code p} (Meister et al. 2023,
     * "Locally typical sampling").
     */
    record Typical(float p) implements SamplerStage {
        public Typical {
            Range.requireProbability("typical-p", p);
        }

        @Override
        public String toString() {
            return "typical(" + p + ")";
        }
    }

    /** Keeps the fewest most likely whose probabilities reach {@code p} (Holtzman et al. 2020, nucleus sampling). */
    record TopP(float p) implements SamplerStage {
        public TopP {
            Range.requireProbability("top-p", p);
        }

        @Override
        public String toString() {
            return "top-p(" + p + ")";
        }
    }

    /** Keeps those at least {@code p} times as likely as the most likely one (Nguyen et al. 2024). */
    record MinP(float p) implements SamplerStage {
        public MinP {
            Range.requireProbability("min-p", p);
        }

        @Override
        public String toString() {
            return "min-p(" + p + ")";
        }
    }

    /** Divides logits by {@code t}: below 1 sharper, above 1 flatter. */
    record Temperature(float t) implements SamplerStage {
        public Temperature {
            Range.require(t > 0 && Float.isFinite(t), "temperature of a chain is %s, must be above 0", t);
        }

        @Override
        public String toString() {
            return "temperature(" + t + ")";
        }
    }

    /**
     * Penalizes tokens that would continue a repetition of at least {@code allowedLength} tokens, the more the longer it is: by
     * {@code multiplier * base ^ (length - allowedLength)} ("don't repeat yourself", p-e-w 2024).
     *
     * @param window how many of the last tokens count; {@link SamplingParameters#WHOLE_TEXT} for all
     * @param breakers tokens across which nothing counts as a repetition
     */
    record Dry(float multiplier, float base, int allowedLength, int window, Set<Integer> breakers)
            implements SamplerStage {
        public Dry {
            Range.require(
                    multiplier >= 0 && Float.isFinite(multiplier),
                    "DRY multiplier is %s, must be 0 or more",
                    multiplier);
            Range.require(base >= 1 && base <= 100, "DRY base is %s, must be between 1 and 100", base);
            Range.require(allowedLength >= 1, "DRY allows a length of %d, must be 1 or more", allowedLength);
            Range.require(window >= 0, "DRY window is %d, must be 0 or more", window);
            breakers = Collections.unmodifiableSet(new TreeSet<>(breakers));
        }

        @Override
        public String toString() {
            var text = new StringBuilder("dry(" + multiplier + "," + base + "," + allowedLength + "," + window);
            breakers.forEach(token -> text.append(',').append(token));
            return text.append(')').toString();
        }
    }

    /** Keeps those within {@code n} standard deviations of the largest logit (Tang et al. 2024, "Top-n-sigma"). */
    record TopNSigma(float n) implements SamplerStage {
        public TopNSigma {
            Range.require(n > 0 && Float.isFinite(n), "top-n-sigma is %s, must be above 0", n);
        }

        @Override
        public String toString() {
            return "top-n-sigma(" + n + ")";
        }
    }

    /**
     * With some probability drops all but the least likely of those whose probability is {@code threshold} at least ("exclude top
     * choices", p-e-w 2024).
     */
    record Xtc(float probability, float threshold) implements SamplerStage {
        public Xtc {
            Range.require(
                    probability >= 0 && probability <= 1,
                    "XTC probability is %s, must be between 0 and 1",
                    probability);
            Range.requireProbability("XTC threshold", threshold);
        }

        @Override
        public String toString() {
            return "xtc(" + probability + "," + threshold + ")";
        }
    }

    /**
     * A temperature between two bounds: the lower one where the model is certain, the upper one where it is not at all, by the entropy
     * of its distribution (relative to the largest possible one) to the power of {@code exponent}.
     */
    record DynamicTemperature(float low, float high, float exponent) implements SamplerStage {
        public DynamicTemperature {
            Range.require(
                    low > 0 && low <= high && Float.isFinite(high),
                    "temperatures from %s to %s, must be above 0 and go upwards",
                    low,
                    high);
            Range.require(
                    exponent > 0 && Float.isFinite(exponent), "temperature exponent is %s, must be above 0", exponent);
        }

        @Override
        public String toString() {
            return "dynamic-temperature(" + low + "," + high + "," + exponent + ")";
        }
    }

    /**
     * Chooses at random such that the surprise stays near {@code tau} bits (Basu et al. 2021, "Mirostat"; version 2 cuts off by
     * surprise, version 1 by an estimate of how many to keep).
     *
     * @param eta how fast it adapts
     */
    record Mirostat(int version, float tau, float eta, long seed) implements SamplerStage {
        public Mirostat {
            Range.require(version == 1 || version == 2, "there is no mirostat version %d, only 1 and 2", version);
            Range.require(tau >= 0 && Float.isFinite(tau), "mirostat tau is %s, must be 0 or more", tau);
            Range.require(eta >= 0 && eta <= 1, "mirostat eta is %s, must be between 0 and 1", eta);
        }

        @Override
        public String toString() {
            return "mirostat(" + version + "," + tau + "," + eta + "," + seed + ")";
        }
    }

    /** Chooses the largest logit, the lowest token among equals. */
    record Greedy() implements SamplerStage {
        @Override
        public String toString() {
            return "greedy";
        }
    }

    /** Chooses at random by probability. */
    record Draw(long seed) implements SamplerStage {
        @Override
        public String toString() {
            return "draw(" + seed + ")";
        }
    }
}
