package dev.lockstep.cli;

/**
 * Errors of three runs of the same quantised weights against the exact results.
 *
 * @param theirs the other engine's
 * @param ours of normal precision
 * @param high of high precision
 * @param f16 of normal precision, with a KV cache of 16 bits
 * @param q8 of normal precision, with a KV cache of 8 bits
 */
record AccuracyResult(
        String name,
        String type,
        LogitsError theirs,
        LogitsError ours,
        LogitsError high,
        LogitsError f16,
        LogitsError q8) {
    /** A difference of so many standard errors is taken for one: chance alone shows it once in 20 comparisons, on either side. */
    private static final double TELLING = 2;

    /** The other engine's divergence and ours: which is smaller, or that they cannot be told apart. */
    String verdict() {
        double below = ours.standardErrorsBelow(theirs);
        if (below > TELLING) {
            return "better";
        }
        return below < -TELLING ? "worse" : "equal";
    }

    /** By how much high precision reduces the error. */
    double reduction() {
        return ours.rms() / high.rms();
    }

    /** The sum of all that was measured of a type. */
    AccuracyResult plus(AccuracyResult other) {
        return new AccuracyResult(
                type,
                type,
                theirs.plus(other.theirs),
                ours.plus(other.ours),
                high.plus(other.high),
                f16.plus(other.f16),
                q8.plus(other.q8));
    }
}
