package dev.lockstep.host.program;

/**
 * Where a step notes its times: for each core a row, in cache lines of its own, and in it for each phase two i64 of the cycle counter.
 *
 * <pre>
 *   16 * phase      when the core began the phase: it had left the barrier before it
 *   16 * phase + 8  when its work was done: it came to the barrier after it
 * </pre>
 */
public final class TraceLayout {
    static final long ENTRY_BYTES = 16;
    static final long BEGAN = 0;
    static final long ENDED = 8;

    private static final long CACHE_LINE = 64;

    private TraceLayout() {}

    /** Bytes from the row of a core to that of the next. */
    public static long rowBytes(int phases) {
        return (ENTRY_BYTES * phases + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    }

    /** Bytes from the beginning to when a core began a phase. */
    public static long began(int phases, int core, int phase) {
        return core * rowBytes(phases) + phase * ENTRY_BYTES + BEGAN;
    }

    /** Bytes from the beginning to when a core had done its part of a phase. */
    public static long ended(int phases, int core, int phase) {
        return core * rowBytes(phases) + phase * ENTRY_BYTES + ENDED;
    }
}
