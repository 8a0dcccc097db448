package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.kernel.QuantPanel.Field;
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
        for (int tokens : new int[] {1, QuantPanel.TOKENS}) {
            QuantPanel panel = QuantPanel.of(kind, WIDTH, tokens);
            try (TestKernel kernel = kernel(target, kind, tokens);
                    Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocate(4 * WIDTH, 64);
                MemorySegment y = arena.allocate(panel.bytes(), 64);
                for (int round = 0; round < 300; round++) {
                    IntToDoubleFunction row = rows[Math.min(round, rows.length - 1)];
                    float[] values = new float[WIDTH];
                    for (int i = 0; i < WIDTH; i++) {
                        values[i] = (float) row.applyAsDouble(i);
                    }
                    MemorySegment.copy(values, 0, x, ValueLayout.JAVA_FLOAT, 0, WIDTH);
                    int token = round % tokens;
                    kernel.call(
                            x,
                            y.asSlice((long) token * QuantPanel.quantsStride()),
                            y.asSlice(panel.fieldsOffset() + (long) token * QuantPanel.fieldsStride()));
                    for (int block = 0; block < WIDTH / 32; block++) {
                        new Rounded(panel, Simd.of(target).dot(), y, token, block).assertIs("row " + round, values);
                    }
                }
            }
        }
    }

    /** Rows as they come, with blocks of zeros and of tiny numbers among them. */
    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void panelsShouldBeRoundedAsTheirTokens(Target target) {
        TestTargets.assumeRunnable(target);
        int stride = 4 * WIDTH + 64;
        for (RowKind kind : new RowKind[] {RowKind.Q8, RowKind.Q16}) {
            QuantPanel panel = QuantPanel.of(kind, WIDTH, QuantPanel.TOKENS);
            try (TestKernel single = kernel(target, kind, QuantPanel.TOKENS);
                    TestKernel together = panelKernel(target, kind, stride);
                    Arena arena = Arena.ofConfined()) {
                Random random = new Random(2);
                MemorySegment x = arena.allocate((long) QuantPanel.TOKENS * stride, 64);
                MemorySegment expected = arena.allocate(panel.bytes(), 64);
                MemorySegment rounded = arena.allocate(panel.bytes(), 64);
                for (int round = 0; round < 20; round++) {
                    for (long at = 0; at < x.byteSize(); at += Float.BYTES) {
                        double size = Math.pow(2, (at / 128 * 37 + round * 11) % 150 - 120);
                        float value = (float) (random.nextGaussian() * (at / 128 % 7 == 3 ? 0 : size));
                        x.set(ValueLayout.JAVA_FLOAT, at, value);
                    }
                    for (int token = 0; token < QuantPanel.TOKENS; token++) {
                        single.call(
                                x.asSlice((long) token * stride),
                                expected.asSlice((long) token * QuantPanel.quantsStride()),
                                expected.asSlice(panel.fieldsOffset() + (long) token * QuantPanel.fieldsStride()));
                    }
                    together.call(x, rounded, rounded.asSlice(panel.fieldsOffset()));
                    assertThat(rounded.mismatch(expected)).as("round " + round).isEqualTo(-1);
                }
            }
        }
    }

    private static TestKernel panelKernel(Target target, RowKind kind, int stride) {
        return new TestKernel(
                target,
                3,
                f -> f.callLocal(
                        new Kernels(f.module(), Simd.of(target)).quantizePanel(kind, WIDTH, stride),
                        f.parameter(0),
                        f.parameter(1),
                        f.parameter(2)));
    }

    private static TestKernel kernel(Target target, RowKind kind, int tokens) {
        return new TestKernel(
                target,
                3,
                f -> f.callLocal(
                        new Kernels(f.module(), Simd.of(target)).quantize(kind, WIDTH, tokens),
                        f.parameter(0),
                        f.parameter(1),
                        f.parameter(2)));
    }

    /** A block of a token in a panel. */
    private record Rounded(QuantPanel panel, DotProduct dot, MemorySegment memory, int token, int block) {
        void assertIs(String what, float[] x) {
            float largest = 0;
            for (int i = 32 * block; i < 32 * block + 32; i++) {
                largest = Math.max(largest, Math.abs(x[i]));
            }
            float limit = panel.planes() == 1 ? 127 : 32258;
            boolean nothing = largest < 0x1p-100f;
            float scale = nothing ? 0 : largest / limit;
            int[] sums = new int[2];
            for (int i = 0; i < 32; i++) {
                int quant = nothing ? 0 : (int) Math.rint(x[32 * block + i] * (limit / largest));
                int stored = panel.planes() == 1 ? quant(0, i) : 254 * quant(0, i) + quant(1, i);
                assertThat(stored).as(what).isEqualTo(quant);
                sums[i / 16] += quant;
            }
            assertThat(real(Field.SCALE)).as(what).isEqualTo(scale);
            assertThat(real(Field.SCALED_SUM)).as(what).isEqualTo(scale * (sums[0] + sums[1]));
            assertThat(real(Field.SCALED_FIRST_HALF)).as(what).isEqualTo(scale * sums[0]);
            assertThat(real(Field.SCALED_SECOND_HALF)).as(what).isEqualTo(scale * sums[1]);
            for (int plane = 0; plane < panel.planes(); plane++) {
                assertPlaneSums(what, plane);
            }
        }

        /** Bytes are above -128, whose negative is no byte. */
        private void assertPlaneSums(String what, int plane) {
            int[] sums = new int[2];
            int products = 0;
            for (int i = 0; i < 32; i++) {
                assertThat(quant(plane, i)).as(what).isGreaterThan(Byte.MIN_VALUE);
                sums[i / 16] += quant(plane, i);
                products += i % 2 == 0 ? quant(plane, i) * quant(plane, i + 1) : 0;
            }
            assertThat(integer(plane, Field.MINUS_8_SUM)).as(what).isEqualTo(-8 * (sums[0] + sums[1]));
            assertThat(integer(plane, Field.BYTES_START))
                    .as(what)
                    .isEqualTo(dot.pairsBytes() ? -products : -128 * (sums[0] + sums[1]));
            assertThat(integer(plane, Field.MINUS_32_FIRST_HALF)).as(what).isEqualTo(halfBias(plane, 0, sums[0]));
            assertThat(integer(plane, Field.MINUS_32_SECOND_HALF)).as(what).isEqualTo(halfBias(plane, 16, sums[1]));
        }

        private int halfBias(int plane, int from, int sum) {
            if (!dot.sumsHalvesIn16Bits()) {
                return -32 * sum;
            }
            int[] pair = new int[2];
            for (int i = 0; i < 16; i++) {
                pair[i / 2 % 2] += -32 * quant(plane, from + i);
            }
            return pair[1] << Short.SIZE | pair[0] & 0xFFFF;
        }

        private int quant(int plane, int i) {
            long place = (long) plane * panel.planeBytes() + (long) block * panel.blockBytes();
            return memory.get(ValueLayout.JAVA_BYTE, place + (long) token * QuantPanel.quantsStride() + i);
        }

        private float real(Field field) {
            return memory.get(ValueLayout.JAVA_FLOAT, place(0, field));
        }

        private int integer(int plane, Field field) {
            return memory.get(ValueLayout.JAVA_INT, place(plane, field));
        }

        private long place(int plane, Field field) {
            return (long) plane * panel.planeBytes()
                    + panel.fieldsOffset()
                    + (long) block * panel.fieldsBytes()
                    + panel.fieldOffset(field)
                    + (long) token * QuantPanel.fieldsStride();
        }
    }
}
