package dev.lockstep.engine.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The usual knobs of sampling. {@link #chain} puts them in the usual order: bias, penalties, top-k, typical, top-p,
 * min-p, temperature, draw, with further stages at their places. Build others with {@link SamplerChain} itself.
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
 * @param extras further stages, at most one of each kind: {@link SamplerStage.Dry}, {@link SamplerStage.TopNSigma},
 *     {@link SamplerStage.Xtc}, {@link SamplerStage.DynamicTemperature} (in place of the temperature) and
 *     {@link SamplerStage.Mirostat} (in place of all that drop tokens; its seed is the one here)
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
        Map<Integer, Float> logitBias,
        List<SamplerStage> extras) {
    /** Window of the penalties that reaches back to the first token. */
    public static final int WHOLE_TEXT = Integer.MAX_VALUE;

    /** Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, no penalties, seed 0. */
    public static final SamplingParameters DEFAULT =
            new SamplingParameters(0.8f, 40, 0.95f, 0.05f, 1, 1, 64, 0, 0, 0, Map.of(), List.of());

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
        extras = List.copyOf(extras);
        for (SamplerStage extra : extras) {
            Range.require(isExtra(extra), "%s is no further stage; it has a parameter of its own", extra);
        }
    }

    /** The parameters whose {@link #chain} is this one, provided that its stages are in the usual order. */
    public static SamplingParameters of(SamplerChain chain) {
        SamplingParameters parameters = new SamplingParameters(1, 0, 1, 0, 1, 1, 0, 0, 0, 0, Map.of(), List.of());
        for (SamplerStage stage : chain.stages()) {
            parameters = switch (stage) {
                case SamplerStage.Bias(Map<Integer, Float> logits) -> parameters.withLogitBias(logits);
                case SamplerStage.Penalties(int window, float repetition, float presence, float frequency) ->
                    parameters
                            .withPenaltyWindow(window)
                            .withRepetitionPenalty(repetition)
                            .withPresencePenalty(presence)
                            .withFrequencyPenalty(frequency);
                case SamplerStage.TopK(int k) -> parameters.withTopK(k);
                case SamplerStage.Typical(float p) -> parameters.withTypicalP(p);
                case SamplerStage.TopP(float p) -> parameters.withTopP(p);
                case SamplerStage.MinP(float p) -> parameters.withMinP(p);
                case SamplerStage.Temperature(float t) -> parameters.withTemperature(t);
                case SamplerStage.Greedy _ -> parameters.withTemperature(0);
                case SamplerStage.Draw(long seed) -> parameters.withSeed(seed);
                case SamplerStage.Mirostat mirostat -> parameters.with(mirostat).withSeed(mirostat.seed());
                case SamplerStage.Dry _,
                        SamplerStage.TopNSigma _,
                        SamplerStage.Xtc _,
                        SamplerStage.DynamicTemperature _ -> parameters.with(stage);
            };
        }
        Range.require(
                parameters.chain().equals(chain),
                "the stages of '%s' are not in the order that parameters have",
                chain);
        return parameters;
    }

    private static boolean isExtra(SamplerStage stage) {
        return switch (stage) {
            case SamplerStage.Dry _,
                    SamplerStage.TopNSigma _,
                    SamplerStage.Xtc _,
                    SamplerStage.DynamicTemperature _,
                    SamplerStage.Mirostat _ -> true;
            case SamplerStage.Bias _,
                    SamplerStage.Penalties _,
                    SamplerStage.TopK _,
                    SamplerStage.Typical _,
                    SamplerStage.TopP _,
                    SamplerStage.MinP _,
                    SamplerStage.Temperature _,
                    SamplerStage.Greedy _,
                    SamplerStage.Draw _ -> false;
        };
    }

    /** With a further stage, which replaces one of its kind. */
    public SamplingParameters with(SamplerStage extra) {
        List<SamplerStage> all = new ArrayList<>(extras);
        all.removeIf(stage -> stage.getClass() == extra.getClass());
        all.add(extra);
        return changed(changes -> changes.extras = all);
    }

    private <S extends SamplerStage> Optional<S> extra(Class<S> kind) {
        return extras.stream().filter(kind::isInstance).map(kind::cast).findFirst();
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
        extra(SamplerStage.Dry.class).ifPresent(stages::add);
        if (temperature == 0) {
            stages.add(new SamplerStage.Greedy());
            return new SamplerChain(stages);
        }
        Optional<SamplerStage.Mirostat> mirostat = extra(SamplerStage.Mirostat.class);
        if (mirostat.isEmpty()) {
            addFilters(stages);
        }
        Optional<SamplerStage.DynamicTemperature> dynamic = extra(SamplerStage.DynamicTemperature.class);
        if (dynamic.isPresent()) {
            stages.add(dynamic.get());
        } else if (temperature != 1) {
            stages.add(new SamplerStage.Temperature(temperature));
        }
        stages.add(mirostat.<SamplerStage>map(m -> new SamplerStage.Mirostat(m.version(), m.tau(), m.eta(), seed))
                .orElseGet(() -> new SamplerStage.Draw(seed)));
        return new SamplerChain(stages);
    }

    private void addFilters(List<SamplerStage> stages) {
        extra(SamplerStage.TopNSigma.class).ifPresent(stages::add);
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
        extra(SamplerStage.Xtc.class).ifPresent(stages::add);
    }

    public SamplingParameters withTemperature(float temperature) {
        return changed(changes -> changes.temperature = temperature);
    }

    public SamplingParameters withTopK(int topK) {
        return changed(changes -> changes.topK = topK);
    }

    public SamplingParameters withTopP(float topP) {
        return changed(changes -> changes.topP = topP);
    }

    public SamplingParameters withMinP(float minP) {
        return changed(changes -> changes.minP = minP);
    }

    public SamplingParameters withTypicalP(float typicalP) {
        return changed(changes -> changes.typicalP = typicalP);
    }

    public SamplingParameters withRepetitionPenalty(float repetitionPenalty) {
        return changed(changes -> changes.repetitionPenalty = repetitionPenalty);
    }

    public SamplingParameters withPenaltyWindow(int penaltyWindow) {
        return changed(changes -> changes.penaltyWindow = penaltyWindow);
    }

    public SamplingParameters withPresencePenalty(float presencePenalty) {
        return changed(changes -> changes.presencePenalty = presencePenalty);
    }

    public SamplingParameters withFrequencyPenalty(float frequencyPenalty) {
        return changed(changes -> changes.frequencyPenalty = frequencyPenalty);
    }

    public SamplingParameters withSeed(long seed) {
        return changed(changes -> changes.seed = seed);
    }

    public SamplingParameters withLogitBias(Map<Integer, Float> logitBias) {
        return changed(changes -> changes.logitBias = logitBias);
    }

    private SamplingParameters changed(Consumer<Changes> change) {
        var changes = new Changes(this);
        change.accept(changes);
        return changes.whole();
    }

    private static final class Changes {
        private float temperature;
        private int topK;
        private float topP;
        private float minP;
        private float typicalP;
        private float repetitionPenalty;
        private int penaltyWindow;
        private float presencePenalty;
        private float frequencyPenalty;
        private long seed;
        private Map<Integer, Float> logitBias;
        private List<SamplerStage> extras;

        Changes(SamplingParameters before) {
            temperature = before.temperature;
            topK = before.topK;
            topP = before.topP;
            minP = before.minP;
            typicalP = before.typicalP;
            repetitionPenalty = before.repetitionPenalty;
            penaltyWindow = before.penaltyWindow;
            presencePenalty = before.presencePenalty;
            frequencyPenalty = before.frequencyPenalty;
            seed = before.seed;
            logitBias = before.logitBias;
            extras = before.extras;
        }

        SamplingParameters whole() {
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
                    logitBias,
                    extras);
        }
    }
}
