package dev.lockstep.cli;

/**
 * Errors of three runs of the same quantised weights against the exact results.
 *
 * @param theirs the other engine's
 * @param ours of normal precision
 * @param high ours of high precision
 */
record AccuracyResult(String name, String type, LogitsError theirs, LogitsError ours, LogitsError high) {
    /** Engines that round alike differ by chance by some percent over a few dozen tokens. */
    private static final double CHANCE = 0.1;

    /** The other engine's divergence and ours: which is smaller, or that they are equal but for chance. */
    String verdict() {
        double ratio = ours.divergence() / theirs.divergence();
        if (ratio > 1 + CHANCE) {
            return "worse";
        }
        return ratio < 1 - CHANCE ? "better" : "equal";
    }

    /** By how much high precision reduces the error. */
    double reduction() {
        return ours.rms() / high.rms();
    }

    /** The sum of all that was measured of a type. */
    AccuracyResult plus(AccuracyResult other) {
        return new AccuracyResult(type, type, theirs.plus(other.theirs), ours.plus(other.ours), high.plus(other.high));
    }
}
