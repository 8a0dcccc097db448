package dev.lockstep.tensor;

/** Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014): 64 good bits in about a nanosecond. */
final class SplitMix64 {
    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
