package dev.lockstep.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.model.ModelPresets;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formula by which partitions are compared says nearly what their schedules take. */
class StepCostTest {
    private static final double PERCENT = 6;

    @ParameterizedTest
    @CsvSource({
        // model, positions, hop, chips a stage, form
        "llama-3.2-1b, 4096, 300, 32, CARRIERS",
        "llama-3.2-1b, 512, 722, 8, ONE_SHOT",
        "llama-3.2-3b, 4096, 300, 8, CARRIERS",
        "qwen2.5-7b, 4096, 300, 32, CARRIERS",
        "gpt-oss-20b, 4096, 300, 32, CARRIERS",
        "mixtral-8x7b, 4096, 722, 32, CARRIERS",
        "qwen2.5-14b, 4096, 300, 32, CARRIERS",
        "llama-2-70b, 4096, 300, 32, CARRIERS"
    })
    void shouldBeNearToTheSchedule(String model, int positions, double hop, int tensor, SumForm form) {
        Question question = new Question(
                ModelPresets.named(model),
                Machine.lpuV1().with(Quantity.HOP, hop),
                Topology.QUADFOUR_RING,
                576,
                positions,
                1,
                WeightPrecision.INT8,
                Objective.LATENCY);
        Candidate candidate = PartitionSearch.of(question).candidates().stream()
                .filter(each -> each.partition().tensor() == tensor
                        && each.partition().form() == form
                        && each.partition().split() != HeadSplit.BY_CONTEXT)
                .findFirst()
                .orElseThrow();
        Partition partition = candidate.partition();

        long scheduled = DecodeCompiler.compile(question, partition).predictedCycles()
                + Turnaround.of(question, partition).cycles();

        assertThat(candidate.cost().cycles()).isCloseTo(scheduled, withinPercentage(PERCENT));
    }
}
