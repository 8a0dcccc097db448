package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.host.program.StepContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How rows are cut over cores that are not equally fast. */
class WorkSharesTest {
    private static final double WHOLE = StepContext.WHOLE;

    @Test
    void sharesShouldBeEqualAtFirst() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(shares(new WorkShares(1, arena), 1)).containsExactly(1);
            assertThat(shares(new WorkShares(4, arena), 4)).containsExactly(0.25, 0.25, 0.25, 0.25);
        }
    }

    @Test
    void aThirdOfSixRowsShouldBeTwo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bounds = bounds(new WorkShares(3, arena), 3);
            assertThat(IntStream.rangeClosed(0, 3).mapToLong(i -> bounds.getAtIndex(ValueLayout.JAVA_LONG, i) * 6))
                    .extracting(bound -> bound / StepContext.WHOLE)
                    .containsExactly(0L, 2L, 4L, 6L);
        }
    }

    /** Cores whose speeds are as 4 to 5, as long as they take. */
    @Test
    void allCoresShouldComeToTakeEquallyLong() {
        try (Arena arena = Arena.ofConfined()) {
            WorkShares shares = new WorkShares(2, arena);
            for (int step = 0; step < 200; step++) {
                double[] now = shares(shares, 2);
                work(shares, 0, now[0] / 4);
                work(shares, 1, now[1] / 5);
                shares.learn();
            }
            assertThat(shares(shares, 2)[0]).isCloseTo(4.0 / 9, within(0.001));
        }
    }

    /** As when the system takes a core away for milliseconds. */
    @Test
    void oneStepShouldNotChangeMuch() {
        try (Arena arena = Arena.ofConfined()) {
            WorkShares shares = new WorkShares(2, arena);
            work(shares, 0, 1000);
            work(shares, 1, 1);
            shares.learn();
            assertThat(shares(shares, 2)[0]).isBetween(0.48, 0.5);
        }
    }

    @Test
    void aStepWithoutWorkShouldChangeNothing() {
        try (Arena arena = Arena.ofConfined()) {
            WorkShares shares = new WorkShares(2, arena);
            shares.learn();
            assertThat(shares(shares, 2)).containsExactly(0.5, 0.5);
        }
    }

    private static void work(WorkShares shares, int core, double cycles) {
        MemorySegment.ofAddress(shares.work() + core * StepContext.WORK_STRIDE)
                .reinterpret(Long.BYTES)
                .set(ValueLayout.JAVA_LONG, 0, (long) (cycles * 1e6));
    }

    private static double[] shares(WorkShares shares, int cores) {
        MemorySegment bounds = bounds(shares, cores);
        return IntStream.range(0, cores)
                .mapToDouble(core -> bounds.getAtIndex(ValueLayout.JAVA_LONG, core + 1L)
                        - bounds.getAtIndex(ValueLayout.JAVA_LONG, core))
                .map(share -> share / WHOLE)
                .toArray();
    }

    private static MemorySegment bounds(WorkShares shares, int cores) {
        return MemorySegment.ofAddress(shares.bounds()).reinterpret(Long.BYTES * (cores + 1L));
    }
}
