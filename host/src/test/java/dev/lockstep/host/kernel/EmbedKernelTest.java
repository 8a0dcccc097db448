package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.Weight;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of tables have the bits that Java gives them. */
class EmbedKernelTest {
    private static final int WIDTH = 512;

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldExpandRowsAsJavaDoes(Target target) {
        TestTargets.assumeRunnable(target);
        tables().filter(EmbedKernel::readable).forEach(table -> assertExpanded(target, table));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void shouldReadWhatModelsMostlyHave(Weight table) {
        boolean expected = switch (table.type()) {
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K -> true;
            default -> false;
        };
        assertThat(EmbedKernel.readable(table)).isEqualTo(expected);
    }

    static Stream<Weight> tables() {
        return Stream.of(TensorType.values())
                .filter(TensorType::computable)
                .map(type -> new Weight("table", type, WIDTH, 3, 1));
    }

    private static void assertExpanded(Target target, Weight table) {
        int bytes = (int) table.type().bytes(WIDTH);
        Random random = new Random(table.type().ordinal());
        try (Arena arena = Arena.ofConfined();
                TestKernel kernel = new TestKernel(
                        target,
                        2,
                        f -> f.callLocal(
                                new Kernels(f.module(), Simd.of(target)).embed(table),
                                f.parameter(0),
                                f.parameter(1)))) {
            MemorySegment row = arena.allocate(bytes + 2L, 64).asSlice(2); // no better aligned than in a file
            MemorySegment y = arena.allocate(4L * WIDTH, 64);
            for (int round = 0; round < 20; round++) {
                byte[] random8 = new byte[bytes];
                random.nextBytes(random8);
                MemorySegment.copy(random8, 0, row, ValueLayout.JAVA_BYTE, 0, bytes);
                float[] expected = new float[WIDTH];
                Dequantizer.dequantize(table.type(), row, 0, expected, 0, WIDTH);
                kernel.call(row, y);
                assertThat(y.toArray(ValueLayout.JAVA_FLOAT))
                        .as("%s, round %d", table.type(), round)
                        .containsExactly(expected);
            }
        }
    }
}
