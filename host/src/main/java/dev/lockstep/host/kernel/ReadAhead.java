package dev.lockstep.host.kernel;

/**
 * How far ahead kernels that stream weights ask memory for them, and into which cache. What a core has in flight by itself, as many instructions as
 * its window holds, is less than what keeps memory busy. The best values are measured (docs/performance.md, decoding): {@link #FAR} on Sapphire Rapids,
 * and on Zen 4 where activations have two planes; {@link #NEAR} on Zen 4 and 5; {@link #NEXT_PAGE} on Zen 5 for one token
 * where weights have 8 bits or activations two planes.
 *
 * @param level of the cache: 1 or 2
 * @param everyLine whether all lines are asked for, or one for each block, from which the processor finds the others
 */
record ReadAhead(int bytes, int level, boolean everyLine) {
    /** Bytes of a line, of which memory is asked for one at a time. */
    static final int LINE = 64;

    static final ReadAhead FAR = new ReadAhead(16 << 10, 2, true);

    static final ReadAhead NEAR = new ReadAhead(8 << 10, 1, true);

    static final ReadAhead NEXT_PAGE = new ReadAhead(4 << 10, 1, false);
}
