package dev.lockstep.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/** What this computer's memory can deliver: a sum over more memory than caches hold, by several threads at once. */
final class ReadBandwidth {
    private static final long BYTES = 256L << 20;
    private static final int PASSES = 6;
    private static final int STRIDE = 4 * Long.BYTES;

    private ReadBandwidth() {}

    /** In 10^9 bytes per second, the best of a few passes. */
    static double measure(int threads) {
        long part = BYTES / threads / STRIDE * STRIDE;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(BYTES, Long.BYTES);
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                read(memory, part, threads);
                best = Math.max(best, (double) part * threads / (System.nanoTime() - start));
            }
            return best;
        }
    }

    private static void read(MemorySegment memory, long part, int threads) {
        Thread[] readers = IntStream.range(0, threads)
                .mapToObj(i -> Thread.ofPlatform().start(() -> requireZero(sum(memory.asSlice(i * part, part)))))
                .toArray(Thread[]::new);
        for (Thread reader : readers) {
            joinUninterrupted(reader);
        }
    }

    private static void joinUninterrupted(Thread reader) {
        try {
            reader.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EngineException("the measurement of memory bandwidth was interrupted", interrupted);
        }
    }

    /** So that no compiler can leave the reading out. */
    private static void requireZero(long sum) {
        if (sum != 0) {
            throw new AssertionError("fresh memory is not zero");
        }
    }

    private static long sum(MemorySegment memory) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (long at = 0; at < memory.byteSize(); at += STRIDE) {
            a += memory.get(ValueLayout.JAVA_LONG, at);
            b += memory.get(ValueLayout.JAVA_LONG, at + 8);
            c += memory.get(ValueLayout.JAVA_LONG, at + 16);
            d += memory.get(ValueLayout.JAVA_LONG, at + 24);
        }
        return a + b + c + d;
    }
}
