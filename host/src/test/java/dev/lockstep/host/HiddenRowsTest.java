package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.tensor.TensorType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The last normed rows, from which embeddings are made. */
class HiddenRowsTest {
    private static final int LENGTH = 20;

    private static final TestModel MODEL =
            TestModel.of(TestShape.of(TensorType.Q8_0).widths(64, 96).layers(2), 5);

    @Test
    void shouldBeTheReferencesWhateverTheStepsAndThreads() {
        float[] expected;
        try (Machine reference = new ReferenceMachine(MODEL.graph(), MODEL.weights(), KvType.F16, 200, 200)) {
            expected = rows(reference, LENGTH);
            assertThat(expected).hasSize(LENGTH * 64);
            assertThat(rows(reference, 7)).isEqualTo(expected);
        }
        for (int threads = 1; threads <= 2; threads++) {
            try (Machine host = TestHost.open(MODEL, threads, KvType.F16)) {
                for (int chunk : new int[] {1, 3, LENGTH}) {
                    assertThat(rows(host, chunk))
                            .as("%d threads, steps of %d", threads, chunk)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** Of every token, in order. */
    private static float[] rows(Machine machine, int chunk) {
        int[] tokens = Transcript.randomTokens(LENGTH, MODEL.graph().vocabularySize(), 1);
        int width = machine.hiddenWidth();
        float[] rows = new float[LENGTH * width];
        var step = new Step(machine);
        try (Sequence sequence = machine.open()) {
            for (int from = 0; from < LENGTH; from += chunk) {
                int to = Math.min(LENGTH, from + chunk);
                step.clear();
                step.wantHidden(width);
                for (int i = from; i < to; i++) {
                    step.add(sequence, tokens[i], true);
                }
                machine.run(step);
                System.arraycopy(step.hidden(), 0, rows, from * width, (to - from) * width);
            }
        }
        return Arrays.copyOf(rows, rows.length);
    }
}
