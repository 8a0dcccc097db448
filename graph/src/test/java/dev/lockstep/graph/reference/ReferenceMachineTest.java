package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.synthetic.SyntheticModel;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Machine} promises: the same bits however tokens are cut into steps, and refusals that change nothing. */
class ReferenceMachineTest {
    private static final ModelShape DENSE =
            new ModelShape("tiny", 256, 256, 2, 4, 2, 256, 97, 1e-5f, 1e4f, 0, 0, false);
    private static final ModelShape EXPERTS =
            new ModelShape("tiny-experts", 256, 256, 2, 4, 4, 256, 97, 1e-5f, 1e4f, 4, 2, true);

    /** Ends in the third KV block. */
    private static final int LONG = 130;

    @ParameterizedTest
    @EnumSource
    void shouldComputeTheSameBitsForAnyChunks(WeightTypes types) {
        try (Machine machine = machine(DENSE, types)) {
            assertChunksDoNotMatter(machine, 12);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "Q4_0"})
    void shouldComputeTheSameBitsForAnyChunksOverSeveralKvBlocks(WeightTypes types) {
        try (Machine machine = machine(DENSE, types)) {
            assertChunksDoNotMatter(machine, LONG);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "Q4_0", "Q4_K_M"})
    void shouldComputeTheSameBitsForAnyChunksWithExperts(WeightTypes types) {
        try (Machine machine = machine(EXPERTS, types)) {
            assertChunksDoNotMatter(machine, 12);
        }
    }

    private static void assertChunksDoNotMatter(Machine machine, int count) {
        int[] tokens = new Random(1).ints(count, 0, machine.vocabularySize()).toArray();
        float[] whole = logits(machine, tokens, count);
        assertThat(standardDeviation(whole)).isBetween(0.5, 5.0);
        assertThat(logits(machine, tokens, 1)).isEqualTo(whole);
        assertThat(logits(machine, tokens, 7)).isEqualTo(whole);
    }

    @Test
    void shouldKeepSequencesOfOneStepApart() {
        try (Machine machine = machine(DENSE, WeightTypes.Q4_0);
                Sequence a = machine.open();
                Sequence b = machine.open()) {
            int[] first = {1, 2, 3, 4, 5};
            int[] second = {9, 8, 7, 6, 5};
            float[] expectedA = logits(machine, first, 5);
            float[] expectedB = logits(machine, second, 5);
            Step step = new Step(machine);
            for (int i = 0; i < 5; i++) {
                step.add(a, first[i], i == 4);
                step.add(b, second[i], i == 4);
            }
            machine.run(step);

            int width = machine.vocabularySize();
            assertThat(Arrays.copyOfRange(step.logits(), 0, width))
                    .isEqualTo(Arrays.copyOfRange(expectedA, 4 * width, 5 * width));
            assertThat(Arrays.copyOfRange(step.logits(), width, 2 * width))
                    .isEqualTo(Arrays.copyOfRange(expectedB, 4 * width, 5 * width));
        }
    }

    @Test
    void shouldForgetTruncatedTokens() {
        try (Machine machine = machine(DENSE, WeightTypes.Q8_0);
                Sequence sequence = machine.open()) {
            float[] expected = run(machine, sequence, 1, 2, 3);
            sequence.truncate(1);
            run(machine, sequence, 7, 8, 9, 10);
            sequence.truncate(0);

            assertThat(run(machine, sequence, 1, 2, 3)).isEqualTo(expected);
            assertThat(sequence.length()).isEqualTo(3);
            assertThatThrownBy(() -> sequence.truncate(4)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> sequence.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldRoundTheCacheToItsType() {
        ModelDescription model = SyntheticModel.of(DENSE, WeightTypes.F32, 1, Arena.ofAuto());
        Graph graph = Passes.lower(Architectures.build(model));
        int[] tokens = {1, 2, 3};
        try (Machine f16 = new ReferenceMachine(graph, model.tensors(), KvType.F16, 8, 8);
                Machine f32 = new ReferenceMachine(graph, model.tensors(), KvType.F32, 8, 8)) {
            float[] rounded = logits(f16, tokens, 3);
            float[] exact = logits(f32, tokens, 3);
            assertThat(rounded).isNotEqualTo(exact);
            assertThat(rounded).containsExactly(exact, within(0.05f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 97, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldRefuseTokensOutsideTheVocabularyAndChangeNothing(int token) {
        try (Machine machine = machine(DENSE, WeightTypes.Q4_0);
                Sequence sequence = machine.open()) {
            assertThatThrownBy(() -> run(machine, sequence, 1, token))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id " + token + " is outside the vocabulary of 97");
            assertThat(sequence.length()).isZero();
        }
    }

    @Test
    void shouldRefuseMoreTokensThanTheContext() {
        ModelDescription model = SyntheticModel.of(DENSE, WeightTypes.Q4_0, 1, Arena.ofAuto());
        try (Machine machine = new ReferenceMachine(
                        Passes.lower(Architectures.build(model)), model.tensors(), KvType.F16, 3, 8);
                Sequence sequence = machine.open()) {
            run(machine, sequence, 1, 2);
            assertThatThrownBy(() -> run(machine, sequence, 3, 4))
                    .hasMessage("a sequence of 4 tokens exceeds the context of 3");
            assertThat(sequence.length()).isEqualTo(2);
            run(machine, sequence, 3);
        }
    }

    @Test
    void shouldRefuseSequencesOfOthersAndClosedOnes() {
        try (Machine machine = machine(DENSE, WeightTypes.Q4_0);
                Machine other = machine(DENSE, WeightTypes.Q4_0)) {
            Sequence foreign = other.open();
            Sequence closed = machine.open();
            closed.close();
            assertThatThrownBy(() -> run(machine, foreign, 1)).hasMessageContaining("of another machine");
            assertThatThrownBy(() -> run(machine, closed, 1)).hasMessageContaining("is closed");
        }
    }

    @Test
    void shouldRefuseGraphsThatAreNotLoweredAndTensorsThatDoNotFit() {
        ModelDescription model = SyntheticModel.of(DENSE, WeightTypes.Q4_0, 1, Arena.ofAuto());
        Graph graph = Architectures.build(model);
        assertThatThrownBy(() -> new ReferenceMachine(graph, model.tensors(), KvType.F16, 8, 8))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("needs q8 or q16 rows");
        assertThatThrownBy(() -> new ReferenceMachine(Passes.lower(graph), Map.of(), KvType.F16, 8, 8))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("token_embd.weight");
        ModelDescription others = SyntheticModel.of(DENSE, WeightTypes.Q8_0, 1, Arena.ofAuto());
        assertThatThrownBy(() -> new ReferenceMachine(Passes.lower(graph), others.tensors(), KvType.F16, 8, 8))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("bind the model that the graph was built for");
    }

    private static Machine machine(ModelShape shape, WeightTypes types) {
        ModelDescription model = SyntheticModel.of(shape, types, 1, Arena.ofAuto());
        return new ReferenceMachine(Passes.lower(Architectures.build(model)), model.tensors(), KvType.F16, LONG, LONG);
    }

    /** All logits of a new sequence that is fed in chunks. */
    private static float[] logits(Machine machine, int[] tokens, int chunk) {
        int width = machine.vocabularySize();
        float[] all = new float[tokens.length * width];
        try (Sequence sequence = machine.open()) {
            for (int start = 0; start < tokens.length; start += chunk) {
                int end = Math.min(tokens.length, start + chunk);
                float[] logits = run(machine, sequence, Arrays.copyOfRange(tokens, start, end));
                System.arraycopy(logits, 0, all, start * width, logits.length);
            }
        }
        return all;
    }

    private static float[] run(Machine machine, Sequence sequence, int... tokens) {
        Step step = new Step(machine);
        for (int token : tokens) {
            step.add(sequence, token, true);
        }
        machine.run(step);
        return Arrays.copyOf(step.logits(), tokens.length * machine.vocabularySize());
    }

    private static double standardDeviation(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }
}
