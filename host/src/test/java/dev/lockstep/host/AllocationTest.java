package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.tensor.TensorType;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Steps leave nothing to collect: a pause of the collector would be one between two tokens. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int STEPS = 100;

    /** Before the method handles of a step are compiled, the interpreter allocates on their behalf. */
    private static final int ROUNDS_AT_MOST = 400;

    @Test
    void stepsOfOneTokenShouldAllocateNothing() {
        TestModel model = TestModel.of(TestShape.of(TensorType.Q4_0), 1);
        try (HostMachine host = TestHost.open(model, 1, KvType.F16);
                Sequence sequence = host.open()) {
            Step step = new Step(host);
            decode(host, sequence, step);
            long allocated = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS_AT_MOST && allocated > 0; round++) {
                sequence.truncate(1);
                allocated = decode(host, sequence, step);
            }
            assertThat(allocated).as("bytes of %d steps", STEPS).isZero();
        }
    }

    /** Bytes that the calling thread allocates in some steps. */
    private static long decode(HostMachine host, Sequence sequence, Step step) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
            step.clear();
            step.add(sequence, i % 7, true);
            host.run(step);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
