package dev.lockstep.host.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.RowKind;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.host.TestModel;
import dev.lockstep.host.TestShape;
import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Barriers where they are needed, and only there; buffers that do not get into each other's way. */
class LoweringTest {
    private static TestModel model(int layers, int experts, boolean tied, boolean bias, boolean oddHeads) {
        TestShape shape = TestShape.of(TensorType.Q4_0, TensorType.F32)
                .widths(96, 160)
                .layers(layers)
                .vocabulary(50);
        if (oddHeads) {
            shape.attention(6, 3, 24).rope(Rope.Pairing.HALVES, 5);
        }
        if (experts > 0) {
            shape.experts(experts, (experts + 1) / 2);
        }
        if (tied) {
            shape.tied();
        }
        if (bias) {
            shape.bias();
        }
        return TestModel.of(shape, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void everyReadShouldSeeWhatWasWrittenForIt(long seed) {
        Random random = new Random(seed);
        TestModel model = model(
                1 + random.nextInt(3),
                random.nextBoolean() ? 1 + random.nextInt(5) : 0,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean());
        for (int capacity : new int[] {1, 2, 7}) {
            HostProgram program = Lowering.lower(model.graph(), capacity, KvType.F16);
            for (int cores = 1; cores <= 5; cores++) {
                int tokens = 1 + random.nextInt(capacity);
                List<Integer> wanted = new ArrayList<>();
                IntStream.range(0, tokens)
                        .filter(_ -> capacity == 1 || random.nextBoolean())
                        .forEach(wanted::add);
                ProgramChecker.check(program, cores, tokens, wanted);
            }
        }
    }

    /** Otherwise the test above proves nothing. */
    @Test
    void theCheckerShouldMissEveryBarrierThatIsTakenAway() {
        TestModel model = model(1, 3, false, true, true);
        assertEveryBarrierIsMissed(Lowering.lower(model.graph(), 3, KvType.F16), 3, List.of(0, 2));
        assertEveryBarrierIsMissed(Lowering.lower(model.graph(), 1, KvType.F16), 1, List.of(0));
    }

    private static void assertEveryBarrierIsMissed(HostProgram program, int tokens, List<Integer> wanted) {
        for (int phase = 0; phase + 1 < program.phases().size(); phase++) {
            HostProgram merged = withoutBarrier(program, phase);
            Throwable complaint = catchThrowable(() -> ProgramChecker.check(merged, 2, tokens, wanted));
            assertThat(complaint).as("without barrier %d of %s", phase, program).isInstanceOf(AssertionError.class);
        }
    }

    private static HostProgram withoutBarrier(HostProgram program, int phase) {
        List<List<Task>> phases = new ArrayList<>(program.phases());
        List<Task> merged = new ArrayList<>(phases.get(phase));
        merged.addAll(phases.remove(phase + 1));
        phases.set(phase, merged);
        return new HostProgram(
                program.capacity(),
                program.kvType(),
                phases,
                program.embedding(),
                program.logits(),
                program.hidden(),
                program.ropes(),
                program.sharedBytes(),
                program.privateBytes(),
                program.scratchOffset());
    }

    @Test
    void aDenseLayerShouldTakeFivePhasesForOneToken() {
        int one = Lowering.lower(model(1, 0, false, false, false).graph(), 1, KvType.F16)
                .phases()
                .size();
        int three = Lowering.lower(model(3, 0, false, false, false).graph(), 1, KvType.F16)
                .phases()
                .size();
        assertThat(three - one).isEqualTo(2 * 5);
        assertThat(one).isEqualTo(5 + 1);
    }

    @Test
    void onlyWantedTokensShouldBeComputedAfterTheLastAttention() {
        HostProgram program = Lowering.lower(model(2, 0, false, false, false).graph(), 8, KvType.F16);
        List<Task> tasks = program.phases().stream().flatMap(List::stream).toList();
        int gather = IntStream.range(0, tasks.size())
                .filter(i -> tasks.get(i).part() == Task.Part.GATHER)
                .findFirst()
                .orElseThrow();
        assertThat(tasks.subList(0, gather)).noneMatch(Task::wanted);
        assertThat(tasks.subList(gather, tasks.size())).allMatch(Task::wanted);
        assertThat(tasks.get(gather - 1).part()).isEqualTo(Task.Part.ATTEND);
    }

    /** The arena of a real model for one token has to fit into the cache of a core. */
    @Test
    void theArenaShouldBeReused() {
        var graph = Passes.lower(
                Architectures.build(ModelShape.named("tinyllama-1.1b").describe(WeightTypes.Q4_0)));
        HostProgram program = Lowering.lower(graph, 1, KvType.F16);
        assertThat(program.sharedBytes()).isLessThan(4L * (32000 + 2 * 5632 + 4 * 2048));
        assertThat(program.phases()).hasSize(22 * 5 + 1);
    }

    @Test
    void buffersOfTheSamePhaseShouldNotOverlap() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            List<Slot> slots = new ArrayList<>();
            for (int i = 0, phase = 0; i < 30; i++, phase += random.nextInt(2)) {
                int bytes = 4 * (1 + random.nextInt(100));
                Slot slot = new Slot("s" + i, RowKind.F32, 1, bytes / 4, bytes, Cut.ROWS, phase);
                slot.usedIn(phase + random.nextInt(4));
                slots.add(slot);
            }
            int tokens = 1 + random.nextInt(5);
            long end = ArenaPlan.place(slots, tokens);
            for (Slot a : slots) {
                assertThat(a.offset() % 64).isZero();
                assertThat(a.offset() + (long) tokens * a.rowBytes()).isLessThanOrEqualTo(end);
                for (Slot b : slots) {
                    boolean together = a.firstPhase() <= b.lastPhase() && b.firstPhase() <= a.lastPhase();
                    if (a != b && together) {
                        boolean apart = a.offset() + (long) tokens * a.rowBytes() <= b.offset()
                                || b.offset() + (long) tokens * b.rowBytes() <= a.offset();
                        assertThat(apart)
                                .as("%s at %d, %s at %d", a, a.offset(), b, b.offset())
                                .isTrue();
                    }
                }
            }
        }
    }
}
