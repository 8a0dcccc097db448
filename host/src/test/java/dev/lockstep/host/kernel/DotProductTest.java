package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.host.cpu.Target;
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

    /** {@code (weights, x, y)}: y = 1000 + the sum, with or without a loop. */
    private static TestKernel kernel(Target target, DotProduct dot, int maxWeight, boolean rolled) {
        return new TestKernel(target, 3, f -> {
            DotProduct.Sum sum = dot.start(f, Ir.constant(Type.I32.times(LANES), 1000), maxWeight);
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
