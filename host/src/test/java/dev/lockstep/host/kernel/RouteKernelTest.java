package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.Routing;
import dev.lockstep.graph.reference.Numerics;
import dev.lockstep.host.cpu.Target;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The choice of experts. */
class RouteKernelTest {
    private static final int EXPERTS = 10;

    @Test
    void shouldPreferLowerIndicesAmongEqualScores() {
        Random random = new Random(1);
        for (int used = 1; used <= EXPERTS; used++) {
            try (TestKernel kernel = kernel(used);
                    Arena arena = Arena.ofConfined()) {
                for (int round = 0; round < 200; round++) {
                    int different = 1 + random.nextInt(6);
                    float[] scores = new float[EXPERTS];
                    for (int e = 0; e < EXPERTS; e++) {
                        scores[e] = random.nextInt(different) * (round % 2 == 0 ? 1f : 50f) - 60;
                    }
                    assertChosen(kernel, arena, scores, used);
                }
                float[] zeros = {-0f, 0f, 0f, -0f, -0f, 0f, -0f, 0f, 0f, -0f};
                assertChosen(kernel, arena, zeros, used);
            }
        }
    }

    private static TestKernel kernel(int used) {
        return new TestKernel(
                Target.host(),
                2,
                f -> f.callLocal(
                        new Kernels(f.module(), Simd.of(Target.host())).route(EXPERTS, Routing.of(used)),
                        f.parameter(0),
                        f.parameter(1),
                        f.parameter(0)));
    }

    private static void assertChosen(TestKernel kernel, Arena arena, float[] scores, int used) {
        MemorySegment choice = choice(kernel, arena, scores, used);
        // Sorting is stable. Zeros of both signs are equal.
        int[] expected = IntStream.range(0, EXPERTS)
                .boxed()
                .sorted(Comparator.comparingDouble(e -> -(double) scores[e] + 0.0))
                .mapToInt(e -> e)
                .limit(used)
                .toArray();
        float sum = 0;
        for (int e : expected) {
            sum += Numerics.exp(scores[e] - scores[expected[0]]);
        }
        for (int slot = 0; slot < used; slot++) {
            assertThat(choice.getAtIndex(ValueLayout.JAVA_LONG, slot)).isEqualTo(expected[slot]);
            assertThat(choice.get(ValueLayout.JAVA_FLOAT, RouteKernel.weightsOffset(used) + 4L * slot))
                    .isEqualTo(Numerics.exp(scores[expected[slot]] - scores[expected[0]]) / sum);
        }
    }

    private static MemorySegment choice(TestKernel kernel, Arena arena, float[] scores, int used) {
        MemorySegment x = arena.allocate(FloatRow.bytes(EXPERTS), 64);
        MemorySegment choice = arena.allocate(RouteKernel.rowBytes(used), 64);
        MemorySegment.copy(scores, 0, x, ValueLayout.JAVA_FLOAT, 0, EXPERTS);
        kernel.call(x, choice);
        return choice;
    }

    /** Their results are of no use, but addresses are computed from the choice. */
    @Test
    void shouldChooseDifferentExpertsThatThereAreWhateverTheScores() {
        Random random = new Random(2);
        float[] strange = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f};
        for (int used : new int[] {1, 3, EXPERTS}) {
            try (TestKernel kernel = kernel(used);
                    Arena arena = Arena.ofConfined()) {
                for (int round = 0; round < 200; round++) {
                    float[] scores = new float[EXPERTS];
                    for (int e = 0; e < EXPERTS; e++) {
                        scores[e] = strange[random.nextInt(1 + round % strange.length)];
                    }
                    MemorySegment choice = choice(kernel, arena, scores, used);
                    long[] experts = choice.asSlice(0, 8L * used).toArray(ValueLayout.JAVA_LONG);
                    assertThat(experts).doesNotHaveDuplicates();
                    for (long expert : experts) {
                        assertThat(expert).isBetween(0L, EXPERTS - 1L);
                    }
                }
            }
        }
    }
}
