package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Barriers, and how long a core spins at one before it sleeps, by what came of it the last time. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SynchronizationTest {
    private static final long LINE = 64;
    private static final int CORES = 3;
    private static final int ROUNDS = 3000;
    private static final long LATE_NANOS = 50_000_000;
    private static final long LAST_PATIENCE = 123;
    private static final long RESTED = 4321;

    /** Spinning for as long as it takes. */
    private static final long ENDLESS = Long.MAX_VALUE;

    @Test
    void whoSpunInVainShouldSleepSooner() {
        assertThat(patienceAfter(4000)).isEqualTo(2000);
        assertThat(patienceAfter(2001)).isEqualTo(1000);
    }

    /** With none there would be no waiting that succeeds, and no way back. */
    @Test
    void somePatienceShouldRemain() {
        assertThat(patienceAfter(70)).isEqualTo(60);
        assertThat(patienceAfter(60)).isEqualTo(60);
    }

    @Test
    void whoWaitedWithoutSleepingShouldBePatientAgain() {
        assertThat(patienceAfter(ENDLESS)).isEqualTo(RESTED);
    }

    @Test
    void theLastOneShouldLearnNothing() {
        assertThat(meet(ENDLESS).last()).isEqualTo(LAST_PATIENCE);
    }

    /** Three cores on fewer processors, perhaps, with hardly any patience: they spin, sleep and wake each other. */
    @Test
    void nobodyShouldLeaveBeforeAllHaveCome() {
        try (TestKernel barrier = new TestKernel(Target.host(), 4, f -> barrier(f, CORES));
                Arena arena = Arena.ofShared()) {
            MemorySegment words = arena.allocate(LINE + Synchronization.arrivalBytes(CORES), LINE);
            AtomicIntegerArray rounds = new AtomicIntegerArray(CORES);
            AtomicInteger early = new AtomicInteger();
            List<Thread> threads = IntStream.range(0, CORES)
                    .mapToObj(core -> Thread.ofPlatform().start(() -> {
                        MemorySegment patience = arena.allocate(LINE, LINE);
                        patience.set(ValueLayout.JAVA_LONG, 0, 60);
                        patience.set(ValueLayout.JAVA_LONG, Long.BYTES, 60);
                        for (int round = 1; round <= ROUNDS; round++) {
                            rounds.set(core, round);
                            call(barrier, core, words, patience);
                            for (int other = 0; other < CORES; other++) {
                                if (rounds.get(other) < round) {
                                    early.incrementAndGet();
                                }
                            }
                        }
                    }))
                    .toList();
            threads.forEach(SynchronizationTest::join);
            assertThat(early).hasValue(0);
            assertThat(IntStream.range(0, CORES).map(rounds::get)).containsOnly(ROUNDS);
        }
    }

    private static long patienceAfter(long patience) {
        return meet(patience).first();
    }

    /** How patient two cores are after a barrier. */
    private record Patience(long first, long last) {}

    /** A core waits, and another one comes late. */
    private static Patience meet(long patience) {
        try (TestKernel barrier = new TestKernel(Target.host(), 4, f -> barrier(f, 2));
                Arena arena = Arena.ofShared()) {
            MemorySegment words = arena.allocate(LINE + Synchronization.arrivalBytes(2), LINE);
            MemorySegment last = arena.allocate(LINE, LINE);
            last.set(ValueLayout.JAVA_LONG, 0, LAST_PATIENCE);
            Thread late = Thread.ofPlatform().start(() -> {
                LockSupport.parkNanos(LATE_NANOS);
                call(barrier, 1, words, last);
            });
            MemorySegment first = arena.allocate(LINE, LINE);
            first.set(ValueLayout.JAVA_LONG, 0, patience);
            first.set(ValueLayout.JAVA_LONG, Long.BYTES, RESTED);
            call(barrier, 0, words, first);
            join(late);
            return new Patience(first.get(ValueLayout.JAVA_LONG, 0), last.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    private static void call(TestKernel barrier, int core, MemorySegment words, MemorySegment patience) {
        MemorySegment arrivals = words.asSlice(LINE);
        barrier.call(arrivals, MemorySegment.ofAddress(core), words, patience);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void barrier(IrFunction f, int cores) {
        f.callLocal(
                Synchronization.barrier(f.module(), Simd.of(Target.host())),
                f.parameter(0),
                f.convert("ptrtoint", f.parameter(1), Type.I64),
                f.parameter(2),
                Ir.i64(cores),
                f.parameter(3));
    }
}
