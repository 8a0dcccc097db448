package dev.lockstep.engine.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The usual knobs of sampling. {@link #chain} puts them in the usual order: bias, penalties, top-k, typical, top-p,
 * min-p, temperature, draw. Build others with {@link SamplerChain} itself.
 *
 * @param temperature 0 always takes the most likely token; 1 samples as the model says
 * @param topK how many of the most likely tokens to keep; 0 keeps all
 * @param topP probability to keep of the most likely tokens; 1 keeps all
 * @param minP smallest probability to keep, relative to the most likely token's; 0 keeps all
 * @param typicalP probability to keep of the most typical tokens; 1 keeps all
 * @param repetitionPenalty see {@link SamplerStage.Penalties}; 1 is neutral
 * @param penaltyWindow how many of the last tokens the penalties look at; 0 none, {@link #WHOLE_TEXT} all
 * @param presencePenalty 0 is neutral
 * @param frequencyPenalty 0 is neutral
 * @param seed of the random numbers: the same seed gives the same text, also when it is left at its default
 * @param logitBias added to the logits of single tokens; negative infinity forbids one
 */
public record SamplingParameters(
        float temperature,
        int topK,
        float topP,
        float minP,
        float typicalP,
        float repetitionPenalty,
        int penaltyWindow,
        float presencePenalty,
        float frequencyPenalty,
        long seed,
        Map<Integer, Float> logitBias) {
    /** Window of the penalties that reaches back to the first token. */
    public static final int WHOLE_TEXT = Integer.MAX_VALUE;

    /** Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, no penalties, seed 0. */
    public static final SamplingParameters DEFAULT =
            new SamplingParameters(0.8f, 40, 0.95f, 0.05f, 1, 1, 64, 0, 0, 0, Map.of());

    /** Always the most likely token. */
    public static final SamplingParameters GREEDY = DEFAULT.withTemperature(0);

    public SamplingParameters {
        Range.require(
                temperature >= 0 && temperature <= 100, "temperature is %s, must be between 0 and 100", temperature);
        Range.require(topK >= 0, "top-k is %d, must be 0 (off) or more", topK);
        Range.requireProbability("top-p", topP);
        Range.require(minP >= 0 && minP <= 1, "min-p is %s, must be between 0 (off) and 1", minP);
        Range.requireProbability("typical-p", typicalP);
        logitBias = new SamplerStage.Bias(logitBias).logits();
        new SamplerStage.Penalties(penaltyWindow, repetitionPenalty, presencePenalty, frequencyPenalty);
    }

    /** These parameters as stages; those that would do nothing are left out. */
    public SamplerChain chain() {
        List<SamplerStage> stages = new ArrayList<>();
        if (!logitBias.isEmpty()) {
            stages.add(new SamplerStage.Bias(logitBias));
        }
        var penalties = new SamplerStage.Penalties(penaltyWindow, repetitionPenalty, presencePenalty, frequencyPenalty);
        if (!penalties.neutral()) {
            stages.add(penalties);
        }
        if (temperature == 0) {
            stages.add(new SamplerStage.Greedy());
            return new SamplerChain(stages);
        }
        if (topK > 0) {
            stages.add(new SamplerStage.TopK(topK));
        }
        if (typicalP < 1) {
            stages.add(new SamplerStage.Typical(typicalP));
        }
        if (topP < 1) {
            stages.add(new SamplerStage.TopP(topP));
        }
        if (minP > 0) {
            stages.add(new SamplerStage.MinP(minP));
        }
        if (temperature != 1) {
            stages.add(new SamplerStage.Temperature(temperature));
        }
        stages.add(new SamplerStage.Draw(seed));
        return new SamplerChain(stages);
    }

    public SamplingParameters withTemperature(float temperature) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withTopK(int topK) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withTopP(float topP) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withMinP(float minP) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withTypicalP(float typicalP) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withRepetitionPenalty(float repetitionPenalty) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withPenaltyWindow(int penaltyWindow) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withPresencePenalty(float presencePenalty) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withFrequencyPenalty(float frequencyPenalty) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withSeed(long seed) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    public SamplingParameters withLogitBias(Map<Integer, Float> logitBias) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repetitionPenalty,
                penaltyWindow,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }
}
