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

    /** A type of each kind (one scale, bytes, minima, halves, both, table): how many planes activations have is another matter than which of a kind it is. */
    private final TestModel preciseExperts = TestModel.of(
            TestShape.of(
                            TensorType.Q4_0,
                            TensorType.Q8_0,
                            TensorType.Q4_K,
                            TensorType.Q6_K,
                            TensorType.Q2_K,
                            TensorType.IQ4_XS)
                    .layers(2)
                    .experts(3, 2)
                    .precision(Precision.HIGH),
            18);

    private final int[] tokens = Transcript.randomTokens(67, allTypes.shape().vocabulary, 1);
    private final Transcript expected = Transcript.expected(allTypes, KvType.F16, tokens);

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldAgreeForAllTypesTogether(Target target) {
        TestTargets.assumeRunnable(target);
        try (HostMachine host = TestHost.open(allTypes, 2, KvType.F16, Optional.of(target))) {
            for (int chunk : new int[] {1, 3, 15, 67}) {
                expected.assertSame(target + ", steps of " + chunk, Transcript.of(host, tokens, chunk));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldAgreeForExpertsInHighPrecision(Target target) {
        TestTargets.assumeRunnable(target);
        int[] few = Transcript.randomTokens(15, preciseExperts.shape().vocabulary, 2);
        Transcript reference = Transcript.expected(preciseExperts, KvType.Q8, few);
        try (HostMachine host = TestHost.open(preciseExperts, 2, KvType.Q8, Optional.of(target))) {
            reference.assertSame(target + ", single tokens", Transcript.of(host, few, 1));
            reference.assertSame(target + ", one step", Transcript.of(host, few, few.length));
        }
    }
}
