package dev.lockstep.host.kernel;

/**
 * How far ahead kernels that stream weights ask memory for them, and into which cache. What a core has in flight by itself, as many instructions as
 * its window holds, is less than what keeps memory busy. The best values are measured (docs/performance.md, decoding): {@link #FAR} on Sapphire Rapids,
 * {@link #NEAR} on Zen 5; and {@link #FAR} on Zen 4 where activations have two planes.
 *
 * @param level of the cache: 1 or 2
 */
record ReadAhead(int bytes, int level) {
    static final ReadAhead FAR = new ReadAhead(16 << 10, 2);

    static final ReadAhead NEAR = new ReadAhead(8 << 10, 1);
}
