package dev.lockstep.engine;

import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.List;

/**
 * How to generate.
 *
 * @param sampler how tokens are chosen
 * @param maxTokens most tokens of the answer; {@link #UNLIMITED} goes on until the context is full
 * @param stopStrings texts that end the answer; they do not become part of it
 * @param ignoreEndOfGeneration whether to forbid the tokens with which the model would end its answer
 */
public record GenerationOptions(
        SamplerChain sampler, int maxTokens, List<String> stopStrings, boolean ignoreEndOfGeneration) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** {@link SamplingParameters#DEFAULT}, until the model stops or the context is full. */
    public static final GenerationOptions DEFAULT =
            new GenerationOptions(SamplingParameters.DEFAULT.chain(), UNLIMITED, List.of(), false);

    /** Always the most likely token, until the model stops or the context is full. */
    public static final GenerationOptions GREEDY = DEFAULT.withSampler(SamplerChain.GREEDY);

    public GenerationOptions {
        if (maxTokens < 0) {
            throw new IllegalArgumentException("the most tokens to generate are " + maxTokens + ", must be 0 or more");
        }
        stopStrings = List.copyOf(stopStrings);
        if (stopStrings.contains("")) {
            throw new IllegalArgumentException("a stop string is empty, must have a character at least");
        }
    }

    public GenerationOptions withSampler(SamplerChain sampler) {
        return new GenerationOptions(sampler, maxTokens, stopStrings, ignoreEndOfGeneration);
    }

    public GenerationOptions withSampling(SamplingParameters parameters) {
        return withSampler(parameters.chain());
    }

    public GenerationOptions withMaxTokens(int maxTokens) {
        return new GenerationOptions(sampler, maxTokens, stopStrings, ignoreEndOfGeneration);
    }

    public GenerationOptions withStopStrings(List<String> stopStrings) {
        return new GenerationOptions(sampler, maxTokens, stopStrings, ignoreEndOfGeneration);
    }

    public GenerationOptions withIgnoreEndOfGeneration(boolean ignoreEndOfGeneration) {
        return new GenerationOptions(sampler, maxTokens, stopStrings, ignoreEndOfGeneration);
    }
}
