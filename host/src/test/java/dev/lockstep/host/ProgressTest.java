package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private record Report(String work, long done, long total) {}

    @Test
    void shouldReportPackingUpToTheEnd() {
        TestModel model = TestModel.of(TestShape.of(TensorType.F32).widths(512, 4096), 1);
        List<Report> reports = new ArrayList<>();
        HostOptions options = new HostOptions(
                1,
                KvType.F16,
                8,
                8,
                Optional.empty(),
                (work, done, total) -> reports.add(new Report(work, done, total)));
        new HostMachine(model.graph(), model.weights(), options, TestLlvm.codeGenerator()::compile).close();
        assertThat(reports).hasSizeGreaterThan(2).allMatch(report -> report.work.equals("packing weights"));
        assertThat(reports).extracting(Report::done).isSorted();
        assertThat(reports.getLast().done).isEqualTo(reports.getLast().total);
    }
}
