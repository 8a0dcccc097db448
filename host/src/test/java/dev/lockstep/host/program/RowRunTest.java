package dev.lockstep.host.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.host.TestModel;
import dev.lockstep.host.TestShape;
import dev.lockstep.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done together follows one product, and computes the same vectors of rows. */
class RowRunTest {
    private static final int CAPACITY = 8;

    private static HostProgram program(TestShape shape) {
        return Lowering.lower(TestModel.of(shape, 1).graph(), CAPACITY, KvType.F16);
    }

    private static List<List<String>> runs(HostProgram program) {
        return program.phases().stream()
                .flatMap(phase -> RowRun.cut(phase).stream())
                .map(run -> run.tasks().stream().map(Task::label).toList())
                .toList();
    }

    @Test
    void additionsAndActivationsShouldFollowTheirProducts() {
        assertThat(runs(program(TestShape.of(TensorType.Q4_0).widths(96, 160).layers(1))))
                .contains(
                        List.of("o0", "add"),
                        List.of("gate0", "up0", "gated"),
                        List.of("down0", "add"),
                        List.of("attend"));
    }

    /** Queries of four heads, keys and values of two. */
    @Test
    void productsOfOtherWidthsShouldBeginTheirOwn() {
        assertThat(runs(program(
                        TestShape.of(TensorType.Q4_0).widths(96, 160).layers(1).attention(4, 2, 24))))
                .contains(List.of("q0"), List.of("k0", "v0"));
    }

    @Test
    void productsOfFloatsShouldNotBeDoneInRuns() {
        assertThat(runs(program(TestShape.of(TensorType.F16).widths(96, 160).layers(1))))
                .filteredOn(run -> run.getFirst().endsWith("0"))
                .isNotEmpty()
                .allMatch(run -> run.size() == 1);
    }

    @Test
    void tasksByTokensShouldFollowEachOther() {
        assertThat(runs(program(TestShape.of(TensorType.Q4_0).widths(96, 160).layers(1))))
                .contains(List.of("rmsnorm", "quantize"));
    }

    /** Experts' rows are computed by all cores for each token. */
    @Test
    void onlyPhasesOfProductsShouldBeCutByTokens() {
        assertThat(program(TestShape.of(TensorType.Q4_0).experts(3, 2)).phases())
                .anyMatch(RowRun::ofWholeTokens)
                .filteredOn(phase -> phase.stream().anyMatch(task -> task.op() instanceof Op.ExpertLinear))
                .isNotEmpty()
                .noneMatch(RowRun::ofWholeTokens);
    }

    @Test
    void allTasksShouldBeDoneInOrder() {
        for (List<Task> phase :
                program(TestShape.of(TensorType.Q4_0).experts(3, 2)).phases()) {
            assertThat(RowRun.cut(phase).stream().flatMap(run -> run.tasks().stream()))
                    .containsExactlyElementsOf(phase);
        }
    }
}
