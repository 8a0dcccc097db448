package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shares of tokens follow what cores took for theirs. */
class TokenSharesTest {
    private static final int CORES = 3;
    private static final long TOKENS = 240;
    private static final double TOKEN_CYCLES = 1e5;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bounds = arena.allocate(Long.BYTES * (CORES + 1), 64);
    private final MemorySegment paces = arena.allocate(TokenShares.PACE_STRIDE * CORES, 64);
    private final TestKernel kernel = new TestKernel(
            Target.host(),
            2,
            f -> f.callLocal(
                    new Kernels(f.module(), Simd.of(Target.host())).shareTokens(),
                    f.parameter(0),
                    f.parameter(1),
                    Ir.i64(CORES)));

    TokenSharesTest() {
        for (int core = 0; core <= CORES; core++) {
            bounds.setAtIndex(ValueLayout.JAVA_LONG, core, core * TokenShares.WHOLE / CORES);
        }
    }

    @AfterEach
    void close() {
        kernel.close();
        arena.close();
    }

    /** A product in which each core takes its share of the tokens at its own speed. */
    private void product(double... speeds) {
        for (int core = 0; core < CORES; core++) {
            long tokens = Math.round(share(core) * TOKENS);
            paces.set(ValueLayout.JAVA_LONG, core * TokenShares.PACE_STRIDE, tokens);
            paces.set(ValueLayout.JAVA_LONG, core * TokenShares.PACE_STRIDE + TokenShares.CYCLES, (long)
                    (tokens * TOKEN_CYCLES / speeds[core]));
        }
        kernel.call(bounds, paces);
    }

    private double share(int core) {
        return (double) (bound(core + 1) - bound(core)) / TokenShares.WHOLE;
    }

    private long bound(int core) {
        return bounds.getAtIndex(ValueLayout.JAVA_LONG, core);
    }

    @Test
    void sharesShouldBecomeAsTheCoresAreFast() {
        for (int i = 0; i < 200; i++) {
            product(2, 1, 1);
            assertThat(bound(0)).isZero();
            assertThat(bound(1)).isBetween(bound(0), bound(2));
            assertThat(bound(CORES)).isEqualTo(TokenShares.WHOLE);
        }
        assertThat(share(0)).isCloseTo(0.5, within(0.01));
        assertThat(share(1)).isCloseTo(0.25, within(0.01));
        assertThat(share(2)).isCloseTo(0.25, within(0.01));
    }

    @Test
    void sharesShouldStayBeforeAnythingIsKnown() {
        kernel.call(bounds, paces);
        assertThat(share(0)).isCloseTo(1.0 / CORES, within(1e-3));
        assertThat(share(1)).isCloseTo(1.0 / CORES, within(1e-3));
    }

    /** Whoever was interrupted in one product loses little. */
    @Test
    void oneProductShouldMoveSharesByAHundredthPart() {
        double before = share(1);
        product(1, 0.01, 1);
        assertThat(share(1)).isBetween(before * 0.98, before);
    }
}
