package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of pairs are exact where sums of two bytes are largest. */
class PairDotsTest {
    private static final QuantPanel PANEL = QuantPanel.of(RowKind.Q8, QuantLayout.BLOCK, 1);

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldBeExactAtTheExtremes(Target target) {
        TestTargets.assumeRunnable(target);
        Simd simd = Simd.of(target);
        Assumptions.assumeTrue(simd.pairs(QuantLayout.Q8_0), "products of pairs are not used there");
        UnpackedBlock unpacked = UnpackedBlock.of(simd, QuantLayout.Q8_0);
        Random random = new Random(1);
        IntUnaryOperator[] weights = {
            _ -> -128,
            _ -> 127,
            i -> i % 2 == 0 ? -128 : 127,
            i -> i % 3 == 0 ? 127 : -128,
            _ -> random.nextInt(256) - 128
        };
        IntUnaryOperator[] activations = {
            _ -> 127, _ -> -127, i -> i % 2 == 0 ? 127 : -127, _ -> 0, _ -> random.nextInt(255) - 127
        };
        try (TestKernel kernel = kernel(target, unpacked);
                Arena arena = Arena.ofConfined()) {
            for (IntUnaryOperator w : weights) {
                for (IntUnaryOperator x : activations) {
                    assertExact(kernel, unpacked, w, x, arena);
                }
            }
        }
    }

    /** {@code (weights, row, y)}. */
    private static TestKernel kernel(Target target, UnpackedBlock unpacked) {
        return new TestKernel(target, 3, f -> {
            PairDots dots = new PairDots(f, unpacked, PANEL, 1);
            dots.widen(Ir.i64(1), List.of(f.parameter(1)));
            List<Ir> fields = List.of(f.offset(f.parameter(1), PANEL.fieldsOffset()));
            f.store(dots.dots(Ir.i64(0), f.parameter(0), fields).getFirst(), f.parameter(2));
        });
    }

    private static void assertExact(
            TestKernel kernel, UnpackedBlock unpacked, IntUnaryOperator w, IntUnaryOperator x, Arena arena) {
        MemorySegment weights = arena.allocate(unpacked.bytes(), 64);
        MemorySegment row = arena.allocate(PANEL.bytes(), 64);
        MemorySegment y = arena.allocate(64, 64);
        int[] expected = new int[QuantLayout.ROWS];
        int[] ofWeights = new int[QuantLayout.ROWS];
        int ofRow = 0;
        for (int column = 0; column < QuantLayout.BLOCK; column += 2) {
            int even = x.applyAsInt(column);
            int odd = x.applyAsInt(column + 1);
            row.set(ValueLayout.JAVA_BYTE, column, (byte) even);
            row.set(ValueLayout.JAVA_BYTE, column + 1, (byte) odd);
            ofRow -= even * odd;
            for (int r = 0; r < QuantLayout.ROWS; r++) {
                int evenWeight = w.applyAsInt(column + r);
                int oddWeight = w.applyAsInt(column + r + 1);
                long place = unpacked.groupOffset(column / 4) + 4L * r + column % 4;
                weights.set(ValueLayout.JAVA_SHORT, place, (short) evenWeight);
                weights.set(ValueLayout.JAVA_SHORT, place + QuantLayout.GROUP_BYTES, (short) oddWeight);
                ofWeights[r] -= evenWeight * oddWeight;
                expected[r] += even * evenWeight + odd * oddWeight;
            }
        }
        row.set(ValueLayout.JAVA_INT, PANEL.fieldsOffset() + PANEL.fieldOffset(Field.BYTES_START), ofRow);
        MemorySegment.copy(ofWeights, 0, weights, ValueLayout.JAVA_INT, unpacked.pairsOffset(), QuantLayout.ROWS);
        kernel.call(weights, row, y);
        assertThat(y.toArray(ValueLayout.JAVA_INT)).isEqualTo(expected);
    }
}
