package dev.lockstep.engine.sampling;

import dev.lockstep.tensor.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a {@link SamplerChain} on the logits of one text. Not for use by several threads at once. */
public final class Sampler {
    private final Candidates candidates;
    private final int vocabularySize;
    private final Filter[] filters;
    private final Choice choice;
    private final boolean greedy;
    private final Occurrences[] histories;
    private final RepetitionHistory[] repetitions;

    /**
     * @param vocabularySize how many tokens there are to choose from
     * @param contextLength most tokens of the text
     * @throws IllegalArgumentException if the chain names a token outside the vocabulary
     */
    public Sampler(SamplerChain chain, int vocabularySize, int contextLength) {
        this.candidates = new Candidates(vocabularySize);
        this.vocabularySize = vocabularySize;
        List<Filter> filters = new ArrayList<>();
        List<Occurrences> histories = new ArrayList<>();
        List<RepetitionHistory> repetitions = new ArrayList<>();
        for (SamplerStage stage : chain.stages().subList(0, chain.stages().size() - 1)) {
            if (stage instanceof SamplerStage.Penalties penalties) {
                if (!penalties.neutral()) {
                    var history = new Occurrences(vocabularySize, Math.min(penalties.window(), contextLength));
                    histories.add(history);
                    filters.add(c -> c.penalize(penalties, history.counts()));
                }
            } else if (stage instanceof SamplerStage.Dry dry) {
                var history = new RepetitionHistory(dry, vocabularySize, contextLength);
                repetitions.add(history);
                filters.add(c -> c.subtract(history.penalties()));
            } else {
                filters.add(filter(stage, vocabularySize, seed(chain)));
            }
        }
        this.filters = filters.toArray(Filter[]::new);
        this.repetitions = repetitions.toArray(RepetitionHistory[]::new);
        this.histories = histories.toArray(Occurrences[]::new);
        this.choice = choice(chain.stages().getLast());
        this.greedy = chain.equals(SamplerChain.GREEDY);
    }

    /**
     * Chooses a token; allocates nothing.
     *
     * @param logits those of the vocabulary stand from {@code offset} on; not changed
     * @throws ArithmeticException if a logit is NaN or positive infinity, or every token is forbidden
     */
    public int sample(float[] logits, int offset) {
        if (greedy) {
            return mostLikely(logits, offset);
        }
        candidates.load(logits, offset);
        for (Filter filter : filters) {
            filter.apply(candidates);
        }
        return choice.choose(candidates);
    }

    /**
     * Chooses among some tokens only; allocates nothing.
     *
     * @param allowed a bit for each token of the vocabulary, 64 to a word
     * @throws ArithmeticException as {@link #sample(float[], int)}, for the allowed tokens
     */
    public int sample(float[] logits, int offset, long[] allowed) {
        candidates.load(logits, offset, allowed);
        for (Filter filter : filters) {
            filter.apply(candidates);
        }
        return choice.choose(candidates);
    }

    /** Tells of the text's next token, of the prompt or chosen, so that penalties know it; one outside the vocabulary is no matter. */
    public void accept(int token) {
        if (token < 0 || token >= vocabularySize) {
            return;
        }
        for (Occurrences history : histories) {
            history.accept(token);
        }
        for (RepetitionHistory history : repetitions) {
            history.accept(token);
        }
    }

    /** What {@link Candidates#mostLikely} gives for all tokens, in one pass. */
    private int mostLikely(float[] logits, int offset) {
        int best = 0;
        for (int token = 0; token < vocabularySize; token++) {
            float logit = Candidates.checked(logits[offset + token], token);
            best = logit > logits[offset + best] ? token : best;
        }
        Candidates.requirePossible(logits[offset + best]);
        return best;
    }

    private static Filter filter(SamplerStage stage, int vocabularySize, long seed) {
        return switch (stage) {
            case SamplerStage.Bias(Map<Integer, Float> logits) -> {
                float[] bias = dense(logits, vocabularySize);
                yield candidates -> candidates.add(bias);
            }
            case SamplerStage.TopK(int k) -> candidates -> candidates.keepTop(k);
            case SamplerStage.Typical(float p) -> candidates -> candidates.keepTypical(p);
            case SamplerStage.TopP(float p) -> candidates -> candidates.keepProbability(p);
            case SamplerStage.MinP(float p) -> candidates -> candidates.keepRelativeProbability(p);
            case SamplerStage.Temperature(float t) -> candidates -> candidates.divide(t);
            case SamplerStage.TopNSigma(float n) -> candidates -> candidates.keepWithinDeviations(n);
            case SamplerStage.DynamicTemperature temperature -> candidates -> candidates.divideByEntropy(temperature);
            case SamplerStage.Xtc(float probability, float threshold) -> {
                var random = new SplitMix64(~seed);
                yield candidates -> {
                    if (random.nextDouble() < probability) {
                        candidates.dropTop(threshold);
                    }
                };
            }
            case SamplerStage.Penalties _,
                    SamplerStage.Dry _,
                    SamplerStage.Greedy _,
                    SamplerStage.Draw _,
                    SamplerStage.Mirostat _ -> throw new AssertionError(stage);
        };
    }

    private static Choice choice(SamplerStage stage) {
        if (stage instanceof SamplerStage.Draw(long seed)) {
            var random = new SplitMix64(seed);
            return candidates -> candidates.draw(random.nextDouble());
        }
        if (stage instanceof SamplerStage.Mirostat mirostat) {
            var state = new MirostatState(mirostat);
            return state::choose;
        }
        return Candidates::mostLikely;
    }

    private static long seed(SamplerChain chain) {
        SamplerStage last = chain.stages().getLast();
        if (last instanceof SamplerStage.Mirostat mirostat) {
            return mirostat.seed();
        }
        return last instanceof SamplerStage.Draw(long seed) ? seed : 0;
    }

    private static float[] dense(Map<Integer, Float> logits, int vocabularySize) {
        float[] bias = new float[vocabularySize];
        logits.forEach((token, value) -> {
            Range.require(
                    token < vocabularySize,
                    "logit bias names token %d, the vocabulary has tokens 0 to %d",
                    token,
                    vocabularySize - 1);
            bias[token] = value;
        });
        return bias;
    }

    private interface Filter {
        void apply(Candidates candidates);
    }

    private interface Choice {
        int choose(Candidates candidates);
    }
}
