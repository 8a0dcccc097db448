package dev.lockstep.cli;

import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How tokens are chosen, and when to stop. The names are those of llama.cpp. */
final class SamplingOptions {
    private static final SamplingParameters DEFAULT = SamplingParameters.DEFAULT;

    @Option(
            names = {"-n", "--predict"},
            paramLabel = "N",
            description = "Most tokens; default: until the model stops.")
    private int maxTokens = -1;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "S",
            description = "The same seed gives the same text; default 0.")
    private long seed = DEFAULT.seed();

    @Option(names = "--temp", paramLabel = "T", description = "Temperature; 0 takes the likeliest; default 0.8.")
    private float temperature = DEFAULT.temperature();

    @Option(names = "--top-k", paramLabel = "K", description = "Keep the K likeliest tokens; default 40, 0 all.")
    private int topK = DEFAULT.topK();

    @Option(names = "--top-p", paramLabel = "P", description = "Keep the likeliest up to P together; default 0.95.")
    private float topP = DEFAULT.topP();

    @Option(names = "--min-p", paramLabel = "P", description = "Drop those below P x likeliest; default 0.05.")
    private float minP = DEFAULT.minP();

    @Option(names = "--typical", paramLabel = "P", description = "Locally typical sampling; default 1, off.")
    private float typical = DEFAULT.typicalP();

    @Option(
            names = "--repeat-penalty",
            paramLabel = "R",
            description = "Divide logits of recent tokens; default 1, off.")
    private float repeatPenalty = DEFAULT.repetitionPenalty();

    @Option(
            names = "--repeat-last-n",
            paramLabel = "N",
            description = "Tokens that penalties look at; default 64, -1 all.")
    private int repeatLastN = DEFAULT.penaltyWindow();

    @Option(names = "--presence-penalty", paramLabel = "A", description = "Subtract from recent tokens; default 0.")
    private float presencePenalty = DEFAULT.presencePenalty();

    @Option(names = "--frequency-penalty", paramLabel = "A", description = "The same for each occurrence; default 0.")
    private float frequencyPenalty = DEFAULT.frequencyPenalty();

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=BIAS",
            converter = {TokenId.class, Bias.class},
            description = "Add to a token's logit; -inf forbids; repeatable.")
    private Map<Integer, Float> logitBias = new TreeMap<>();

    @Option(names = "--stop", paramLabel = "TEXT", description = "End the answer before this; repeatable.")
    private List<String> stopStrings = List.of();

    @Option(names = "--ignore-eos", description = "Go on when the model would stop.")
    private boolean ignoreEndOfGeneration;

    /** Puts the options into requests. */
    UnaryOperator<CompletionRequest.Builder> settings() {
        if (maxTokens < -1) {
            throw new UsageException("-n is " + maxTokens + ", must be 0 or more, or -1 for no limit");
        }
        if (stopStrings.contains("")) {
            throw new UsageException("a stop string is empty, must have a character at least");
        }
        SamplingParameters parameters = UsageException.refusing(this::parameters);
        return request -> request.sampling(parameters)
                .maxTokens(maxTokens == -1 ? CompletionRequest.UNLIMITED : maxTokens)
                .stopStrings(stopStrings)
                .ignoreEndOfGeneration(ignoreEndOfGeneration);
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
                logitBias,
                List.of());
    }

    static final class TokenId implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                return Integer.valueOf(text);
            } catch (NumberFormatException wrong) {
                throw new TypeConversionException("'" + text + "' is not the number of a token");
            }
        }
    }

    /** Java spells infinity in full, people do not. */
    static final class Bias implements ITypeConverter<Float> {
        @Override
        public Float convert(String text) {
            try {
                return text.equalsIgnoreCase("-inf") ? Float.NEGATIVE_INFINITY : Float.valueOf(text);
            } catch (NumberFormatException wrong) {
                throw new TypeConversionException("'" + text + "' is not a number");
            }
        }
    }
}
