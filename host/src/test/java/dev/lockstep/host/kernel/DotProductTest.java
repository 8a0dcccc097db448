package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.Targets;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of 8 groups, as of a block of 32 columns, are exact where they are largest. */
class DotProductTest {
    private static final int GROUPS = 8;
    private static final int LANES = 16;
    private static final int[] MAX_WEIGHTS = {3, 7, 15, 31, 63, 255};

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldBeExactAtTheExtremes(Target target) {
        TestTargets.assumeRunnable(target);
        DotProduct dot = DotProduct.of(target);
        for (int maxWeight : MAX_WEIGHTS) {
            for (boolean rolled : new boolean[] {false, true}) {
                try (TestKernel kernel = kernel(target, dot, maxWeight, rolled)) {
                    int low = maxWeight == 255 ? -128 : 0;
                    int high = maxWeight == 255 ? 127 : maxWeight;
                    int bias = maxWeight == 255 && dot.biasesBytes() ? 128 : 0;
                    Random random = new Random(maxWeight);
                    IntUnaryOperator[] weights = {
                        _ -> low,
                        _ -> high,
                        i -> i % 2 == 0 ? low : high,
                        i -> i / 4 % 2 == 0 ? low : high,
                        _ -> low + random.nextInt(high - low + 1)
                    };
                    IntUnaryOperator[] activations = {
                        _ -> 127, _ -> -127, i -> i % 2 == 0 ? 127 : -127, _ -> 0, _ -> random.nextInt(255) - 127
                    };
                    for (IntUnaryOperator w : weights) {
                        for (IntUnaryOperator x : activations) {
                            assertExact(kernel, bias, w, x);
                        }
                    }
                }
            }
        }
    }

    /** Sums of half a block stay in 16 bits, whatever is met on the way, and are scaled exactly. */
    @ParameterizedTest
    @ValueSource(ints = {-128, 1, 127})
    void shouldScaleHalvesExactlyAtTheExtremes(int scale) {
        TestTargets.assumeRunnable(Targets.X86_64_V3);
        try (TestKernel kernel = halfKernel(scale)) {
            IntUnaryOperator[] weights = {_ -> 0, _ -> 63, i -> i % 2 == 0 ? 0 : 63, i -> i * 7 % 64};
            IntUnaryOperator[] activations = {_ -> 127, _ -> -127, i -> i % 2 == 0 ? 127 : -127, i -> i < 8 ? 127 : -127
            };
            for (IntUnaryOperator w : weights) {
                for (IntUnaryOperator x : activations) {
                    assertHalfExact(kernel, scale, w, x);
                }
            }
        }
    }

    /** {@code (weights, x, bias, y)}: y = 1000 + scale times the sum of half a block. */
    private static TestKernel halfKernel(int scale) {
        Type ints = Type.I32.times(LANES);
        return new TestKernel(Targets.X86_64_V3, 4, f -> {
            Ir bias = f.splat(f.load(Type.I32, f.parameter(2)), LANES);
            Ir pair = DotProduct.pairs(ints, scale);
            DotProduct.Sum sum =
                    DotProduct.of(Targets.X86_64_V3).startHalf(f, () -> Ir.constant(ints, 1000), () -> bias, pair);
            for (int group = 0; group < GROUPS / 2; group++) {
                Ir weights = f.load(Type.I8.times(4 * LANES), f.parameter(0), 4L * LANES * group);
                sum.add(weights, f.splat(f.load(Type.I32, f.parameter(1), 4L * group), LANES));
            }
            f.store(sum.total(), f.parameter(3));
        });
    }

    private static void assertHalfExact(TestKernel kernel, int scale, IntUnaryOperator weight, IntUnaryOperator x) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weights = arena.allocate(2L * LANES * GROUPS, 64);
            MemorySegment activations = arena.allocate(2 * GROUPS, 64);
            MemorySegment bias = arena.allocate(4, 64);
            MemorySegment y = arena.allocate(4L * LANES, 64);
            int[] biases = new int[2];
            for (int i = 0; i < 2 * GROUPS; i++) {
                activations.set(ValueLayout.JAVA_BYTE, i, (byte) x.applyAsInt(i));
                biases[i / 2 % 2] -= 32 * x.applyAsInt(i);
            }
            bias.set(ValueLayout.JAVA_SHORT, 0, (short) biases[0]);
            bias.set(ValueLayout.JAVA_SHORT, 2, (short) biases[1]);
            int[] expected = new int[LANES];
            for (int i = 0; i < 2 * LANES * GROUPS; i++) {
                weights.set(ValueLayout.JAVA_BYTE, i, (byte) weight.applyAsInt(i));
                expected[i / 4 % LANES] += (weight.applyAsInt(i) - 32) * x.applyAsInt(i / (4 * LANES) * 4 + i % 4);
            }
            kernel.call(weights, activations, bias, y);
            for (int lane = 0; lane < LANES; lane++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_INT, lane)).isEqualTo(1000 + scale * expected[lane]);
            }
        }
    }

    /** {@code (weights, x, y)}: y = 1000 + the sum, with or without a loop. */
    private static TestKernel kernel(Target target, DotProduct dot, int maxWeight, boolean rolled) {
        return new TestKernel(target, 3, f -> {
            DotProduct.Sum sum = dot.start(f, () -> Ir.constant(Type.I32.times(LANES), 1000), maxWeight);
            int round = rolled ? dot.groupsOfRound(maxWeight) : GROUPS;
            List<Ir> totals =
                    f.rolledLoop(Ir.i64(0), Ir.i64(GROUPS), Ir.i64(round), sum.carried(), (first, carried) -> {
                        sum.resume(carried);
                        for (int i = 0; i < round; i++) {
                            Ir group = f.add(first, Ir.i64(i));
                            Ir weights = f.load(
                                    Type.I8.times(4 * LANES),
                                    f.offset(f.parameter(0), f.mul(group, Ir.i64(4 * LANES))));
                            Ir x = f.load(Type.I32, f.offset(f.parameter(1), f.mul(group, Ir.i64(4))));
                            sum.add(weights, f.splat(x, LANES));
                        }
                        return sum.carried();
                    });
            sum.resume(totals);
            f.store(sum.total(), f.parameter(2));
        });
    }

    private static void assertExact(TestKernel kernel, int bias, IntUnaryOperator weight, IntUnaryOperator activation) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weights = arena.allocate(4L * LANES * GROUPS, 64);
            MemorySegment x = arena.allocate(4 * GROUPS, 64);
            MemorySegment y = arena.allocate(4L * LANES, 64);
            for (int i = 0; i < 4 * GROUPS; i++) {
                x.set(ValueLayout.JAVA_BYTE, i, (byte) activation.applyAsInt(i));
            }
            int[] expected = new int[LANES];
            for (int i = 0; i < 4 * LANES * GROUPS; i++) {
                int w = weight.applyAsInt(i) + bias;
                weights.set(ValueLayout.JAVA_BYTE, i, (byte) w);
                int column = i / (4 * LANES) * 4 + i % 4;
                expected[i / 4 % LANES] += w * x.get(ValueLayout.JAVA_BYTE, column);
            }
            kernel.call(weights, x, y);
            for (int lane = 0; lane < LANES; lane++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_INT, lane)).isEqualTo(1000 + expected[lane]);
            }
        }
    }
}
