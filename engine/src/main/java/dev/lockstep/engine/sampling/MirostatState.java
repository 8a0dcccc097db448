package dev.lockstep.engine.sampling;

import dev.lockstep.tensor.SplitMix64;

/** How much surprise mirostat allows, and how it learns from what it chose. */
final class MirostatState {
    /** Tokens from which version 1 estimates how fast probabilities fall. */
    private static final int ESTIMATED = 100;

    private static final double LOG_2 = StrictMath.log(2);

    private final SamplerStage.Mirostat stage;
    private final SplitMix64 random;
    private double allowed;

    MirostatState(SamplerStage.Mirostat stage) {
        this.stage = stage;
        this.random = new SplitMix64(stage.seed());
        this.allowed = 2 * stage.tau();
    }

    int choose(Candidates candidates) {
        if (stage.version() == 1) {
            candidates.keepTop(count(candidates));
        } else {
            candidates.keepSurprise(allowed);
        }
        int token = candidates.draw(random.nextDouble());
        allowed -= stage.eta() * (candidates.surprise(token) - stage.tau());
        return token;
    }

    /** How many to keep for the allowed surprise, if probabilities fall like those of words (Zipf's law). */
    private int count(Candidates candidates) {
        int ranked = candidates.rankFirst(ESTIMATED);
        double products = 0;
        double squares = 0;
        for (int i = 0; i + 1 < ranked; i++) {
            double t = StrictMath.log((i + 2.0) / (i + 1));
            double here = candidates.probability(i);
            double next = candidates.probability(i + 1);
            if (next > 0) {
                products += t * StrictMath.log(here / next);
                squares += t * t;
            }
        }
        if (squares == 0 || products <= 0) {
            return candidates.count();
        }
        double exponent = products / squares;
        double excess = exponent - 1;
        double numerator = excess * StrictMath.exp(allowed * LOG_2);
        double denominator = 1 - StrictMath.pow(candidates.count(), -excess);
        double k = StrictMath.pow(numerator / denominator, 1 / exponent);
        return Double.isFinite(k) ? Math.clamp(Math.round(k), 1, candidates.count()) : candidates.count();
    }
}
