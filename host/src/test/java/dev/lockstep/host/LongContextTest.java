package dev.lockstep.host;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.tensor.TensorType;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over several spans of positions, which cores share when there is one token. */
class LongContextTest {
    private static final int LENGTH = 2 * KvLayout.SPAN + 70;
    private static final int STEP = 130;
    private static final int MODEL_VOCABULARY = 77;

    private final TestModel model = TestModel.of(
            TestShape.of(TensorType.F32).widths(32, 32).attention(6, 3, 16).layers(2), 4);
    private final int[] tokens = Transcript.randomTokens(LENGTH, MODEL_VOCABULARY, 1);

    @ParameterizedTest
    @EnumSource(KvType.class)
    void shouldAgreeWithTheReferenceAtEveryLength(KvType kvType) {
        Transcript expected;
        try (var reference = new ReferenceMachine(model.graph(), model.weights(), kvType, LENGTH, LENGTH)) {
            expected = Transcript.of(reference, tokens, LENGTH);
        }
        for (int threads = 1; threads <= 4; threads++) {
            var options = new HostOptions(threads, kvType, LENGTH, STEP, Optional.empty(), (_, _, _) -> {});
            try (var host = HostMachine.open(model.graph(), model.weights(), options)) {
                expected.assertSame(threads + " threads, large steps", Transcript.of(host, tokens, STEP));
                assertAgreesAround(host, expected, KvLayout.SPAN, threads);
                assertAgreesAround(host, expected, 2 * KvLayout.SPAN, threads);
            }
        }
    }

    /** Its first position is in the span before, or in the one before that; cores attend with queries that others normed and turned. */
    @Test
    void shouldAgreeForAWindowThatReachesIntoOtherSpans() {
        TestModel windowed = TestModel.of(
                TestShape.of(TensorType.F32)
                        .widths(32, 32)
                        .attention(6, 3, 16)
                        .window(KvLayout.SPAN + 30)
                        .sinks()
                        .headNorms(),
                5);
        Transcript expected;
        try (var reference = new ReferenceMachine(windowed.graph(), windowed.weights(), KvType.F16, LENGTH, LENGTH)) {
            expected = Transcript.of(reference, tokens, LENGTH);
        }
        var options = new HostOptions(2, KvType.F16, LENGTH, STEP, Optional.empty(), (_, _, _) -> {});
        try (var host = HostMachine.open(windowed.graph(), windowed.weights(), options)) {
            expected.assertSame("large steps", Transcript.of(host, tokens, STEP));
            for (int place : new int[] {KvLayout.SPAN + 30, 2 * KvLayout.SPAN, 2 * KvLayout.SPAN + 30}) {
                assertAgreesAround(host, expected, place, 2);
            }
        }
    }

    /** Single tokens before and after a place. */
    private void assertAgreesAround(HostMachine host, Transcript expected, int place, int threads) {
        try (Sequence sequence = host.open()) {
            int from = place - 10;
            Transcript.continued(host, sequence, Arrays.copyOf(tokens, from), STEP);
            Transcript few = Transcript.continued(host, sequence, Arrays.copyOfRange(tokens, from, place + 10), 1);
            expected.logits(from, place + 10).assertSame(threads + " threads, single tokens around " + place, few);
        }
    }
}
