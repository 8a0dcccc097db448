package dev.lockstep.engine.sampling;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One stage of a {@link SamplerChain}. Stages change the logits of the remaining candidates or drop candidates (never the last
 * one); {@link Greedy} and {@link Draw} choose. {@code toString} is what {@link SamplerChain#parse} reads.
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
