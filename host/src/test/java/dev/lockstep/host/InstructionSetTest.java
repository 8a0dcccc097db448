package dev.lockstep.host;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
import dev.lockstep.graph.Rope;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.tensor.TensorType;
import java.util.Optional;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same bits from every instruction set that this machine has. */
@TestInstance(Lifecycle.PER_CLASS)
class InstructionSetTest {
    /** Every product of the model has another type of weights. */
    private final TestModel allTypes = TestModel.of(
            TestShape.of(TestModel.TYPES.toArray(TensorType[]::new))
                    .widths(256, 256)
                    .layers(2)
                    .attention(6, 2, 24)
                    .rope(Rope.Pairing.HALVES, 10),
            17);

    private final TestModel experts =
            TestModel.of(TestShape.of(TensorType.IQ4_XS, TensorType.Q2_K).experts(3, 2), 18);

    private final TestModel precise = TestModel.of(
            TestShape.of(TestModel.TYPES.toArray(TensorType[]::new)).layers(2).precision(Precision.HIGH), 19);

    private final int[] tokens = Transcript.randomTokens(67, allTypes.shape().vocabulary, 1);
    private final Transcript expected = Transcript.expected(allTypes, KvType.F16, tokens);

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldAgreeForAllTypesTogether(Target target) {
        TestTargets.assumeRunnable(target);
        try (HostMachine host = TestHost.open(allTypes, 2, KvType.F16, Optional.of(target))) {
            for (int chunk : new int[] {1, 15, 67}) {
                expected.assertSame(target + ", steps of " + chunk, Transcript.of(host, tokens, chunk));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldAgreeForExperts(Target target) {
        TestTargets.assumeRunnable(target);
        int[] few = Transcript.randomTokens(9, experts.shape().vocabulary, 2);
        assertAgree(target, experts, few);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldAgreeInHighPrecision(Target target) {
        TestTargets.assumeRunnable(target);
        assertAgree(target, precise, Transcript.randomTokens(15, precise.shape().vocabulary, 3));
    }

    private static void assertAgree(Target target, TestModel model, int[] few) {
        Transcript reference = Transcript.expected(model, KvType.Q8, few);
        try (HostMachine host = TestHost.open(model, 2, KvType.Q8, Optional.of(target))) {
            reference.assertSame(target + ", single tokens", Transcript.of(host, few, 1));
            reference.assertSame(target + ", one step", Transcript.of(host, few, few.length));
        }
    }
}
