package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** KV blocks that several sequences share: nothing that one does shows in another. */
@SuppressWarnings("try") // sequences are closed early on purpose
class SharedBlocksTest {
    private static final int LENGTH = 2 * KvLayout.BLOCK + 20;

    private static final TestModel MODEL =
            TestModel.of(TestShape.of(TensorType.Q8_0).widths(64, 96).layers(2), 5);

    private static final int[] TOKENS =
            Transcript.randomTokens(LENGTH, MODEL.graph().vocabularySize(), 1);

    private static final int[] OTHER =
            Transcript.randomTokens(LENGTH, MODEL.graph().vocabularySize(), 2);

    /** Both machines keep the contract. */
    enum Kind {
        HOST(() -> TestHost.open(MODEL, 2, KvType.F16)),
        REFERENCE(() -> new ReferenceMachine(MODEL.graph(), MODEL.weights(), KvType.F16, 512, 512));

        private final Supplier<Machine> open;

        Kind(Supplier<Machine> open) {
            this.open = open;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldContinueFromSharedBlocksAsIfItHadComputedThem(Kind kind) {
        try (Machine machine = kind.open.get();
                Sequence first = machine.open()) {
            float[] expected = append(machine, first, TOKENS, 0, LENGTH);
            try (KvBlock zero = first.hold(0);
                    KvBlock one = first.hold(1)) {
                first.close();
                try (Sequence second = machine.open(List.of(zero, one))) {
                    assertThat(second.length()).isEqualTo(2 * KvLayout.BLOCK);
                    assertThat(append(machine, second, TOKENS, 2 * KvLayout.BLOCK, LENGTH))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCopyASharedBlockBeforeItWritesToIt(Kind kind) {
        try (Machine machine = kind.open.get();
                Sequence first = machine.open()) {
            append(machine, first, TOKENS, 0, LENGTH - 1);
            try (Sequence fork = first.fork();
                    KvBlock held = first.hold(1)) {
                float[] otherwise = append(machine, fork, OTHER, LENGTH - 1, LENGTH);
                first.truncate(KvLayout.BLOCK + 10);
                append(machine, first, OTHER, KvLayout.BLOCK + 10, LENGTH);
                fork.truncate(LENGTH - 1);
                float[] expected = expected(machine, TOKENS);
                assertThat(append(machine, fork, TOKENS, LENGTH - 1, LENGTH)).isEqualTo(expected);
                assertThat(otherwise).isNotEqualTo(expected);
                assertThat(held).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRestoreBlocksThatWereWrittenDown(Kind kind) {
        try (Machine machine = kind.open.get();
                Sequence first = machine.open()) {
            float[] expected = append(machine, first, TOKENS, 0, LENGTH);
            MemorySegment content = Arena.ofAuto().allocate(machine.kvBlockBytes());
            try (KvBlock block = first.hold(0)) {
                block.copyTo(content);
            }
            first.close();
            try (Sequence spoiler = machine.open();
                    KvBlock restored = machine.restore(content)) {
                append(machine, spoiler, OTHER, 0, LENGTH);
                try (Sequence second = machine.open(List.of(restored))) {
                    assertThat(append(machine, second, TOKENS, KvLayout.BLOCK, LENGTH))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseWhatIsNoBlockOfIt(Kind kind) {
        try (Machine machine = kind.open.get();
                Machine other = Kind.values()[1 - kind.ordinal()].open.get();
                Sequence sequence = machine.open();
                Sequence foreign = other.open()) {
            append(machine, sequence, TOKENS, 0, LENGTH);
            append(other, foreign, TOKENS, 0, LENGTH);
            assertThatThrownBy(() -> sequence.hold(2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("block 2 of 148 tokens is not full");
            assertThatThrownBy(() -> sequence.hold(-1)).isInstanceOf(IllegalArgumentException.class);
            try (KvBlock block = foreign.hold(0)) {
                assertThatThrownBy(() -> machine.open(List.of(block))).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void shouldUseABlockAgainOnlyWhenNobodyHoldsIt() {
        try (HostMachine machine = TestHost.open(MODEL, 1, KvType.F16);
                Sequence sequence = machine.open()) {
            append(machine, sequence, TOKENS, 0, LENGTH);
            HostBlock block = (HostBlock) sequence.hold(0);
            long address = block.memory().address();
            sequence.close();
            try (Sequence next = machine.open()) {
                append(machine, next, TOKENS, 0, LENGTH);
                try (KvBlock taken = next.hold(0)) {
                    assertThat(((HostBlock) taken).memory().address()).isNotEqualTo(address);
                }
            }
            block.close();
            assertThatThrownBy(block::close).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> machine.open(List.of(block))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static float[] expected(Machine machine, int[] tokens) {
        try (Sequence fresh = machine.open()) {
            return append(machine, fresh, tokens, 0, tokens.length);
        }
    }

    /** Logits after the last token. */
    private static float[] append(Machine machine, Sequence sequence, int[] tokens, int from, int to) {
        var step = new Step(machine);
        for (int i = from; i < to; i++) {
            step.add(sequence, tokens[i], i == to - 1);
        }
        machine.run(step);
        return Arrays.copyOf(step.logits(), machine.vocabularySize());
    }
}
