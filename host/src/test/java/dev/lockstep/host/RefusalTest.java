package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host machine refuses, and that nothing has changed afterwards. */
@TestInstance(Lifecycle.PER_CLASS)
class RefusalTest {
    private static final int CONTEXT = 66;
    private static final int TOKENS = 8;

    private final TestModel model = TestModel.of(TestShape.tiny(), 1);
    private final HostOptions options =
            new HostOptions(2, KvType.F16, CONTEXT, TOKENS, Optional.empty(), (_, _, _) -> {});
    private final HostMachine host = open(model.weights());

    private HostMachine open(Map<String, Tensor> weights) {
        return new HostMachine(model.graph(), weights, options, TestLlvm.codeGenerator()::compile);
    }

    @AfterAll
    void close() {
        host.close();
    }

    /** Refuses a step, then shows that the sequence goes on as if it had not been tried. */
    private void assertRefused(Sequence sequence, Step step, String message) {
        int length = sequence.length();
        assertThatThrownBy(() -> host.run(step))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThat(sequence.length()).isEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 77, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldRefuseTokensOutsideTheVocabulary(int token) {
        int[] text = Transcript.randomTokens(12, 77, 5);
        Transcript expected = Transcript.expected(model, KvType.F16, text);
        try (Sequence sequence = host.open()) {
            Transcript.continued(host, sequence, java.util.Arrays.copyOf(text, 6), 3);
            Step step = new Step(host);
            step.add(sequence, 1, true);
            step.add(sequence, token, true);
            assertRefused(sequence, step, "token " + token + " is not in the vocabulary of 77");
            expected.from(6)
                    .assertSame(
                            "after the refusal",
                            Transcript.continued(host, sequence, java.util.Arrays.copyOfRange(text, 6, 12), 2));
        }
    }

    @Test
    void shouldRefuseToExceedTheContext() {
        int[] text = Transcript.randomTokens(CONTEXT, 77, 5);
        Transcript expected = Transcript.expected(model, KvType.F16, text);
        try (Sequence sequence = host.open()) {
            expected.assertSame("the whole context", Transcript.continued(host, sequence, text, TOKENS));
            Step step = new Step(host);
            step.add(sequence, 0, true);
            assertRefused(sequence, step, "a sequence of 67 tokens; the context is 66");
            sequence.truncate(CONTEXT - 1);
            step.add(sequence, 0, true);
            assertRefused(sequence, step, "a sequence of 67 tokens; the context is 66");
            expected.from(CONTEXT - 1)
                    .assertSame(
                            "the last token", Transcript.continued(host, sequence, new int[] {text[CONTEXT - 1]}, 1));
        }
    }

    @Test
    void shouldRefuseTooManyTokens() {
        try (Sequence sequence = host.open()) {
            Step step = new Step(TOKENS + 1, host.vocabularySize());
            for (int i = 0; i <= TOKENS; i++) {
                step.add(sequence, 0, false);
            }
            assertRefused(sequence, step, "a step of 9 tokens; this machine takes at most 8");
        }
    }

    @Test
    void shouldRefuseSequencesThatAreClosedOrOfAnotherMachine() {
        try (Sequence open = host.open();
                HostMachine other = open(model.weights());
                Machine reference = new ReferenceMachine(model.graph(), model.weights(), KvType.F16, 9, 9);
                Sequence ofOther = other.open();
                Sequence ofReference = reference.open()) {
            Sequence closed = host.open();
            closed.close();
            for (Sequence foreign : new Sequence[] {closed, ofOther, ofReference}) {
                Step step = new Step(host);
                step.add(open, 0, true);
                step.add(foreign, 0, true);
                assertRefused(open, step, "token 1 of the step has no open sequence of this machine");
                assertThat(foreign.length()).isZero();
            }
        }
    }

    @Test
    void shouldRefuseEverythingOnceClosed() {
        HostMachine machine = open(model.weights());
        Sequence sequence = machine.open();
        Step step = new Step(machine);
        step.add(sequence, 0, true);
        machine.run(step);
        machine.close();
        machine.close();
        assertThatThrownBy(() -> machine.run(step))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the machine is closed");
        assertThatThrownBy(machine::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the machine is closed");
        sequence.truncate(0);
        sequence.close();
    }

    @Test
    void shouldRefuseImpossibleLengths() {
        try (Sequence sequence = host.open()) {
            Transcript.continued(host, sequence, new int[3], 3);
            for (int length : new int[] {-1, 4}) {
                assertThatThrownBy(() -> sequence.truncate(length))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("a sequence of 3 tokens cannot be cut to " + length);
            }
            assertThat(sequence.length()).isEqualTo(3);
        }
    }

    @Test
    void anEmptyStepShouldDoNothing() {
        host.run(new Step(host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding", "down0", "norm", "output"})
    void shouldRefuseWeightsThatAreNotFinite(String name) {
        Tensor tensor = model.weights().get(name);
        MemorySegment data = MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE));
        if (tensor.type() == TensorType.F32) {
            data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, Float.NaN);
        } else {
            data.set(ValueLayout.JAVA_SHORT_UNALIGNED, tensor.rowBytes(), (short) 0x7C00); // scale of a Q8_0 block
        }
        Map<String, Tensor> weights = new HashMap<>(model.weights());
        weights.put(name, new Tensor(name, tensor.type(), tensor.columns(), tensor.rows(), tensor.matrices(), data));
        assertThatThrownBy(() -> open(weights))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("tensor " + name + " holds an infinity or NaN in row ");
    }

    @Test
    void shouldRefuseWeightsThatDoNotFitTheGraph() {
        Map<String, Tensor> missing = new HashMap<>(model.weights());
        missing.remove("down0");
        assertThatThrownBy(() -> open(missing))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("down0");
        Map<String, Tensor> wrong = new HashMap<>(model.weights());
        Tensor up = wrong.get("up0");
        wrong.put("down0", new Tensor("down0", up.type(), up.columns(), up.rows(), up.matrices(), up.data()));
        assertThatThrownBy(() -> open(wrong)).isInstanceOf(GraphException.class).hasMessageContaining("down0");
    }

    @Test
    void shouldSayWhyThereIsNoNativeCode() {
        String before = System.getProperty(LlvmLibrary.OVERRIDE);
        System.setProperty(LlvmLibrary.OVERRIDE, "/nowhere/libLLVM.so");
        try {
            assertThatThrownBy(() -> HostMachine.open(model.graph(), model.weights(), options))
                    .isInstanceOf(HostUnavailableException.class)
                    .hasMessage("LOCKSTEP_LLVM names /nowhere/libLLVM.so, which is not a file.");
        } finally {
            if (before == null) {
                System.clearProperty(LlvmLibrary.OVERRIDE);
            } else {
                System.setProperty(LlvmLibrary.OVERRIDE, before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void shouldRefuseOptionsThatAreNotPositive(int number) {
        assertThatThrownBy(() -> new HostOptions(number, KvType.F16, 1, 1, Optional.empty(), (_, _, _) -> {}))
                .hasMessage("threads, context and tokens of a step must be positive, not " + number + ", 1, 1");
        assertThatThrownBy(() -> new HostOptions(1, KvType.F16, number, 1, Optional.empty(), (_, _, _) -> {}))
                .hasMessageContaining("must be positive");
        assertThatThrownBy(() -> new HostOptions(1, KvType.F16, 1, number, Optional.empty(), (_, _, _) -> {}))
                .hasMessageContaining("must be positive");
    }

    @ParameterizedTest
    @CsvSource({"257, 16", "256, 320", "2, 4096", "1, 1024"})
    void shouldRefuseAttentionThatStacksDoNotHold(int heads, int size) {
        TestModel large = TestModel.of(TestShape.tiny().attention(heads, 1, size), 1);
        assertThatThrownBy(() -> TestHost.open(large, 2, KvType.F16))
                .isInstanceOf(HostUnavailableException.class)
                .hasMessage("layer 0: " + heads + " query heads of " + size
                        + " elements share a KV head, more than native code takes");
    }

    @ParameterizedTest
    @CsvSource({"71, 64", "128, 576", "8, 512", "1, 256"})
    void shouldTakeTheLargestAttentionOfModels(int heads, int size) {
        AttentionCheck.supported(
                TestModel.of(TestShape.tiny().attention(heads, 1, size), 1).graph());
    }
}
