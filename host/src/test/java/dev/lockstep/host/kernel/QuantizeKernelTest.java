package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rounding of rows to 8 and 16 bits, by the words of the graph's package description. */
class QuantizeKernelTest {
    private static final int WIDTH = 96;

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldRoundTo8BitsAsDescribed(Target target) {
        assertRounded(target, RowKind.Q8);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldRoundTo16BitsAsDescribed(Target target) {
        assertRounded(target, RowKind.Q16);
    }

    private static void assertRounded(Target target, RowKind kind) {
        TestTargets.assumeRunnable(target);
        Random random = new Random(1);
        IntToDoubleFunction[] rows = {
            _ -> 0,
            i -> i % 2 == 0 ? 0.0 : -0.0,
            i -> i == 40 ? 0x1p-100 : 0,
            i -> i == 40 ? Math.nextDown(0x1p-100f) : 0,
            i -> i == 40 ? -0x1p-100 : 0x1p-101,
            i -> i == 7 ? Float.MAX_VALUE : i,
            i -> i % 3 == 0 ? -Float.MAX_VALUE : Float.MAX_VALUE,
            _ -> Float.MIN_VALUE,
            i -> i % 32 == 31 ? 127 : i % 32 + 0.5, // ties go to even
            i -> i % 32 == 0 ? -127 : i % 32 - 16.5,
            i -> i % 32 == 0 ? 254 : i % 32 - 16, // multiples of half a step
            _ -> random.nextGaussian(),
            i -> random.nextGaussian() * Math.pow(2, i - 48),
        };
        try (TestKernel kernel = kernel(target, kind);
                Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4 * WIDTH, 64);
            MemorySegment y = arena.allocate(RowBytes.of(kind, WIDTH), 64);
            for (int round = 0; round < 500; round++) {
                IntToDoubleFunction row = rows[Math.min(round, rows.length - 1)];
                float[] values = new float[WIDTH];
                for (int i = 0; i < WIDTH; i++) {
                    values[i] = (float) row.applyAsDouble(i);
                }
                MemorySegment.copy(values, 0, x, ValueLayout.JAVA_FLOAT, 0, WIDTH);
                kernel.call(x, y);
                for (int block = 0; block < WIDTH / 32; block++) {
                    assertBlock("row " + round, kind, values, block, y);
                }
            }
        }
    }

    private static TestKernel kernel(Target target, RowKind kind) {
        return new TestKernel(
                target,
                2,
                f -> f.callLocal(
                        new Kernels(f.module(), Simd.of(target)).quantize(kind, WIDTH),
                        f.parameter(0),
                        f.parameter(1)));
    }

    private static void assertBlock(String what, RowKind kind, float[] x, int block, MemorySegment y) {
        float largest = 0;
        for (int i = 32 * block; i < 32 * block + 32; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        float limit = kind == RowKind.Q8 ? 127 : 32258;
        boolean nothing = largest < 0x1p-100f;
        float scale = nothing ? 0 : largest / limit;
        int[] sums = new int[2];
        for (int i = 0; i < 32; i++) {
            int quant = nothing ? 0 : (int) Math.rint(x[32 * block + i] * (limit / largest));
            int high = y.get(ValueLayout.JAVA_BYTE, 32 * block + i);
            int stored = kind == RowKind.Q8
                    ? high
                    : 254 * high + y.get(ValueLayout.JAVA_BYTE, Q8Row.bytes(WIDTH) + 32 * block + i);
            assertThat(stored).as(what).isEqualTo(quant);
            sums[i / 16] += quant;
        }
        MemorySegment description = y.asSlice(Q8Row.blockOffset(WIDTH, block));
        assertThat(description.get(ValueLayout.JAVA_FLOAT, Q8Row.SCALE))
                .as(what)
                .isEqualTo(scale);
        assertThat(description.get(ValueLayout.JAVA_FLOAT, Q8Row.SCALED_SUM))
                .as(what)
                .isEqualTo(scale * (sums[0] + sums[1]));
        for (int half = 0; half < 2; half++) {
            assertThat(description.get(ValueLayout.JAVA_FLOAT, Q8Row.SCALED_HALF_SUMS + 4 * half))
                    .as(what)
                    .isEqualTo(scale * sums[half]);
        }
        for (int plane = 0; plane < Q8Row.planes(kind); plane++) {
            assertPlaneSums(what, block, y.asSlice((long) plane * Q8Row.bytes(WIDTH)));
        }
    }

    /** Bytes are above -128, whose negative is no byte. */
    private static void assertPlaneSums(String what, int block, MemorySegment plane) {
        int[] sums = new int[2];
        for (int i = 0; i < 32; i++) {
            byte quant = plane.get(ValueLayout.JAVA_BYTE, 32 * block + i);
            assertThat(quant).as(what).isGreaterThan(Byte.MIN_VALUE);
            sums[i / 16] += quant;
        }
        MemorySegment description = plane.asSlice(Q8Row.blockOffset(WIDTH, block));
        assertThat(description.get(ValueLayout.JAVA_INT, Q8Row.SUM)).as(what).isEqualTo(sums[0] + sums[1]);
        for (int half = 0; half < 2; half++) {
            assertThat(description.get(ValueLayout.JAVA_INT, Q8Row.HALF_SUMS + 4 * half))
                    .as(what)
                    .isEqualTo(sums[half]);
        }
    }
}
