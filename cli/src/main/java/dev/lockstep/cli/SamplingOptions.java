package dev.lockstep.cli;

import dev.lockstep.engine.GenerationOptions;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** How tokens are chosen, and when to stop. The names are those of llama.cpp. */
final class SamplingOptions {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;

    @Option(
            names = {"-n", "--predict"},
            paramLabel = "N",
            description = "Most tokens to generate; by default until the model stops or the context is full.")
    private int maxTokens = -1;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "S",
            description = "Seed: the same one gives the same text. Default 0.")
    private long seed = DEFAULT.seed();

    @Option(
            names = "--temp",
            paramLabel = "T",
            description = "Temperature; 0 always takes the likeliest token. Default 0.8.")
    private float temperature = DEFAULT.temperature();

    @Option(names = "--top-k", paramLabel = "K", description = "Keep the K likeliest tokens; 0 is off. Default 40.")
    private int topK = DEFAULT.topK();

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Keep the likeliest tokens up to probability P. Default 0.95.")
    private float topP = DEFAULT.topP();

    @Option(names = "--min-p", paramLabel = "P", description = "Drop tokens below P times the likeliest. Default 0.05.")
    private float minP = DEFAULT.minP();

    @Option(names = "--typical", paramLabel = "P", description = "Locally typical sampling; 1 is off (the default).")
    private float typical = DEFAULT.typicalP();

    @Option(
            names = "--repeat-penalty",
            paramLabel = "R",
            description = "Divides logits of recent tokens; 1 is off (the default).")
    private float repeatPenalty = DEFAULT.repetitionPenalty();

    @Option(
            names = "--repeat-last-n",
            paramLabel = "N",
            description = "How far back penalties look; -1 everywhere. Default 64.")
    private int repeatLastN = DEFAULT.penaltyWindow();

    @Option(
            names = "--presence-penalty",
            paramLabel = "A",
            description = "Subtracted from logits of recent tokens. Default 0.")
    private float presencePenalty = DEFAULT.presencePenalty();

    @Option(names = "--frequency-penalty", paramLabel = "A", description = "The same for each occurrence. Default 0.")
    private float frequencyPenalty = DEFAULT.frequencyPenalty();

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=BIAS",
            converter = {TokenId.class, Bias.class},
            description = "Add to the logit of a token; -inf forbids it. May be repeated.")
    private Map<Integer, Float> logitBias = new TreeMap<>();

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End the answer where it would say this. May be repeated.")
    private List<String> stopStrings = List.of();

    @Option(names = "--ignore-eos", description = "Go on when the model would stop.")
    private boolean ignoreEndOfGeneration;

    GenerationOptions options() {
        if (maxTokens < -1) {
            throw new UsageException("-n is " + maxTokens + ", must be 0 or more, or -1 for no limit");
        }
        return UsageException.refusing(() -> new GenerationOptions(
                parameters().chain(),
                maxTokens == -1 ? GenerationOptions.UNLIMITED : maxTokens,
                stopStrings,
                ignoreEndOfGeneration));
    }

    private SamplingParameters parameters() {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                typical,
                repeatPenalty,
                repeatLastN == -1 ? SamplingParameters.WHOLE_TEXT : repeatLastN,
                presencePenalty,
                frequencyPenalty,
                seed,
                logitBias);
    }

    static final class TokenId implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return Integer.valueOf(text);
        }
    }

    /** Java spells infinity in full, people do not. */
    static final class Bias implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            return text.equalsIgnoreCase("-inf") ? Float.NEGATIVE_INFINITY : Float.valueOf(text);
        }
    }
}
