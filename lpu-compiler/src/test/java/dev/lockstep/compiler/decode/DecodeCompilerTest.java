package dev.lockstep.compiler.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelPresets;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.PartitionSearch;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules are proven by programs that share no code with the scheduler: the checker, and the simulation of time. */
class DecodeCompilerTest {
    @ParameterizedTest
    @CsvSource({
        // width, heads, key heads, hidden, context, hop, stages
        "1024, 32, 32, 2560, 1, 300, 3",
        "1024, 32, 8, 5120, 17, 300, 3",
        "1600, 64, 8, 12800, 320, 722, 3",
        "2048, 64, 8, 28672, 641, 300, 4",
        "960, 128, 8, 40000, 1000, 500, 3",
        "4096, 64, 8, 53248, 17, 300, 3"
    })
    void shouldBeLegalAndTakeAsLongAsPredicted(
            int width, int heads, int keyHeads, int hidden, int context, double hop, int stages) {
        Machine machine = Machine.lpuV1().with(Quantity.HOP, hop);
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(heads, keyHeads, 128, Integer.MAX_VALUE),
                new FeedForwardSizes(hidden, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", width, Collections.nCopies(3, layer), 8000, 4096, false);

        DecodeSchedule schedule = compile(machine, model, context, stages, 96 + 32 * (stages - 3));
        SimulationResult result = TimeSimulator.run(machine, schedule.program());

        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
        assertThat(result.cycles()).isEqualTo(schedule.predictedCycles());
        assertThat(schedule.classes()).isLessThanOrEqualTo(8 * stages);
    }

    @ParameterizedTest
    @CsvSource({
        // topology, chips, key heads
        "QUADFOUR_LINE, 64, 8",
        "QUADFOUR_RING, 96, 8",
        "DRAGONFLY, 32, 8",
        "DRAGONFLY, 72, 4",
        "DRAGONFLY_RACKS, 144, 16"
    })
    void shouldPassFromNodeToNodeOverTheLinksThatThereAre(Topology topology, int chips, int keyHeads) {
        Machine machine = Machine.lpuV1();
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(16, keyHeads, 128, Integer.MAX_VALUE), new FeedForwardSizes(4096, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", 1600, Collections.nCopies(3, layer), 8000, 4096, false);
        Question question =
                new Question(model, machine, topology, chips, 400, 1, WeightPrecision.INT8, Objective.LATENCY);
        HeadSplit split = keyHeads < 8 ? HeadSplit.COPIED_KEYS : HeadSplit.BY_KEY_HEADS;

        DecodeSchedule schedule =
                DecodeCompiler.compile(question, Partition.even(8, 4, 3, split, WeightPrecision.INT8));

        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
    }

    /** Stages of four nodes that have links to each other and to the next stage; the fewer nodes, the more links, until every chip has one to each. */
    @ParameterizedTest
    @CsvSource({"40, 1, CARRIERS", "40, 1, ONE_SHOT", "64, 2, CARRIERS", "72, 2, CARRIERS", "104, 3, CARRIERS"})
    void shouldShareALayerAmongNodesOfADragonfly(int chips, int stages, SumForm form) {
        Machine machine = Machine.lpuV1();
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(32, 8, 128, Integer.MAX_VALUE), new FeedForwardSizes(5120, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", 1600, Collections.nCopies(2, layer), 8000, 4096, false);
        Question question = new Question(
                model, machine, Topology.DRAGONFLY, chips, 400, 1, WeightPrecision.INT8, Objective.LATENCY);
        Partition partition = Partition.even(32, stages, 2, HeadSplit.COPIED_KEYS, WeightPrecision.INT8)
                .with(form);

        DecodeSchedule schedule = DecodeCompiler.compile(question, partition);

        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // width, heads, hidden, experts, hop, stages
        "2048, 32, 8192, 1, 722, 2",
        "2880, 32, 2880, 32, 300, 6",
        "4096, 32, 11008, 1, 300, 3",
        "512, 8, 1536, 1, 722, 1"
    })
    void shouldSumInOneHopInsideANode(int width, int heads, int hidden, int experts, double hop, int stages) {
        Machine machine = Machine.lpuV1().with(Quantity.HOP, hop);
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(heads, 8, 64, Integer.MAX_VALUE),
                new FeedForwardSizes(hidden, experts, Math.min(4, experts), 0));
        ModelSizes model = new ModelSizes("small", width, Collections.nCopies(3, layer), 8000, 4096, false);
        Question question = new Question(
                model, machine, Topology.QUADFOUR_LINE, 64, 500, 1, WeightPrecision.INT8, Objective.LATENCY);
        Partition partition = Partition.even(8, stages, 3, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8)
                .with(SumForm.ONE_SHOT);

        DecodeSchedule schedule = DecodeCompiler.compile(question, partition);

        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
        assertThat(LowerBound.of(question, partition).cycles())
                .isLessThan(schedule.predictedCycles()
                        + Turnaround.of(question, partition).cycles());
    }

    /** Attention as DeepSeek-V3 and V2-Lite have it. */
    @ParameterizedTest
    @CsvSource({
        // width, heads, rank of queries, context, hop
        "2048, 128, 1536, 4096, 300",
        "1600, 128, 1536, 17, 722",
        "2048, 16, 0, 1000, 300"
    })
    void shouldScheduleLatentAttention(int width, int heads, int queryRank, int context, double hop) {
        Machine machine = Machine.lpuV1().with(Quantity.HOP, hop);
        var layer = new LayerSizes(
                new AttentionSizes.Latent(heads, queryRank, 512, 128, 64, 128), new FeedForwardSizes(10944, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", width, Collections.nCopies(3, layer), 8000, 4096, false);

        DecodeSchedule schedule = compile(machine, model, context, 3, 96);

        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
    }

    /** Some layers of DeepSeek-V3: one dense, two whose experts are spread over stages. */
    @ParameterizedTest
    @CsvSource({"300, 4096", "722, 1000"})
    void shouldScheduleExpertsOverStages(double hop, int context) {
        Machine machine = Machine.lpuV1().with(Quantity.HOP, hop);
        ModelSizes whole = ModelPresets.named("deepseek-v3");
        ModelSizes model = new ModelSizes("small", 7168, whole.layers().subList(2, 5), 8000, 4096, false);
        Question question = new Question(
                model, machine, Topology.QUADFOUR_LINE, 512, context, 1, WeightPrecision.INT8, Objective.LATENCY);
        Partition partition = PartitionSearch.of(question).candidates().stream()
                .filter(candidate -> candidate.memory().fits())
                .map(Candidate::partition)
                .filter(candidate -> DecodeCompiler.refusal(question, candidate).isEmpty())
                .findFirst()
                .orElseThrow();

        DecodeSchedule schedule = DecodeCompiler.compile(question, partition);

        assertThat(partition.mostParts()).isEqualTo(3);
        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
        assertThat(LowerBound.of(question, partition).cycles())
                .isLessThan(schedule.predictedCycles()
                        + Turnaround.of(question, partition).cycles());
    }

    @Test
    void shouldTakeLongerBySoMuchAsHopsTake() {
        ModelSizes model = ModelPresets.named("tinyllama-1.1b");
        Machine near = Machine.lpuV1().with(Quantity.HOP, 300);
        Machine far = Machine.lpuV1().with(Quantity.HOP, 722);

        long quick = compile(near, model, 100, 3, 96).predictedCycles();
        long slow = compile(far, model, 100, 3, 96).predictedCycles();

        // Three hops for each of 44 sums, and one more for each of two boundaries, of 380 cycles each.
        assertThat(slow - quick).isBetween(133 * 380L, 138 * 380L);
    }

    @Test
    void shouldLetUsersTakeTurnsWithoutGettingInEachOthersWay() {
        Machine machine = Machine.lpuV1();
        ModelSizes model = ModelPresets.named("tinyllama-1.1b");
        DecodeSchedule schedule = compile(machine, model, 100, 3, 96);

        LpuProgram turns = schedule.inTurn(3);

        assertThat(new LegalityChecker(machine).check(turns)).isEmpty();
        assertThat(TimeSimulator.run(machine, turns).cycles()).isEqualTo(schedule.cyclesInTurn(3));
        assertThat(TimeSimulator.runClasses(machine, turns).cycles()).isEqualTo(schedule.cyclesInTurn(3));
        assertThat(schedule.cyclesInTurn(3)).isLessThan(2 * schedule.predictedCycles());
    }

    @Test
    void shouldScheduleASingleNode() {
        Machine machine = Machine.lpuV1();
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(32, 8, 64, Integer.MAX_VALUE), new FeedForwardSizes(2048, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", 1024, Collections.nCopies(2, layer), 4000, 4096, false);
        Question question =
                new Question(model, machine, Topology.NODE, 8, 500, 1, WeightPrecision.INT8, Objective.LATENCY);
        DecodeSchedule schedule =
                DecodeCompiler.compile(question, Partition.even(8, 1, 2, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8));

        assertThat(new LegalityChecker(machine).check(schedule.program())).isEmpty();
        assertThat(TimeSimulator.run(machine, schedule.program()).cycles()).isEqualTo(schedule.predictedCycles());
    }

    @Test
    void shouldRefuseWhatItCannotSchedule() {
        Machine machine = Machine.lpuV1();
        assertThatThrownBy(() -> compile(machine, ModelPresets.named("deepseek-v3"), 100, 3, 96))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("words in each streaming slice");
        assertThatThrownBy(() -> compile(machine, ModelPresets.named("llama-2-70b"), 100, 3, 96))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("words in each streaming slice");
        assertThatThrownBy(() -> compile(machine, ModelPresets.named("tinyllama-1.1b"), 100, 2, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quadfour");
    }

    private static DecodeSchedule compile(Machine machine, ModelSizes model, int context, int stages, int chips) {
        Question question = new Question(
                model, machine, Topology.QUADFOUR_RING, chips, context, 1, WeightPrecision.INT8, Objective.LATENCY);
        return DecodeCompiler.compile(
                question,
                Partition.even(32, stages, model.layers().size(), HeadSplit.COPIED_KEYS, WeightPrecision.INT8));
    }
}
