package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cores note about a step, if somebody asks. */
class StepTraceTest {
    private final TestModel model = TestModel.of(TestShape.tiny(), 1);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldTellWhenEveryCoreBeganAndEndedEveryPhase(int cores) {
        try (HostMachine host = TestHost.open(model, cores, KvType.F16)) {
            host.traceSteps(true);
            for (int tokens = 1; tokens <= 2; tokens++) {
                run(host, tokens);
                StepTrace trace = host.lastStep().orElseThrow();
                assertThat(trace.tokens()).isEqualTo(tokens);
                assertThat(trace.cores()).hasSize(cores);
                assertThat(trace.phases()).isNotEmpty();
                trace.cores().forEach(core -> check(trace, core));
            }
        }
    }

    @Test
    void shouldTellNothingThatNobodyAskedFor() {
        try (HostMachine host = TestHost.open(model, 2, KvType.F16)) {
            run(host, 1);
            assertThat(host.lastStep()).isEmpty();
            host.traceSteps(true);
            run(host, 1);
            assertThat(host.lastStep()).isPresent();
            host.traceSteps(false);
            run(host, 2);
            assertThat(host.lastStep().orElseThrow().tokens())
                    .as("the last that was traced")
                    .isEqualTo(1);
        }
    }

    /** A core's times go forward, lie in the step, and no core begins a phase before all have ended the one before. */
    private static void check(StepTrace trace, StepTrace.CoreTrace core) {
        long before = 0;
        for (int phase = 0; phase < trace.phases().size(); phase++) {
            assertThat(core.began(phase)).isBetween(before, core.ended(phase));
            before = core.ended(phase);
            if (phase > 0) {
                for (StepTrace.CoreTrace other : trace.cores()) {
                    assertThat(core.began(phase)).isGreaterThanOrEqualTo(other.ended(phase - 1));
                }
            }
        }
        assertThat(before).isLessThanOrEqualTo(trace.nanoseconds());
    }

    private static void run(HostMachine host, int tokens) {
        try (Sequence sequence = host.open()) {
            Step step = new Step(host);
            for (int token = 0; token < tokens; token++) {
                step.add(sequence, token, true);
            }
            host.run(step);
        }
    }
}
