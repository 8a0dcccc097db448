package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads wait for each other without ever waiting forever, and leave nothing behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadsTest {
    private final TestModel model = TestModel.of(TestShape.tiny(), 1);
    private final int[] tokens = Transcript.randomTokens(20, 77, 1);
    private final Transcript expected = Transcript.expected(model, KvType.F16, tokens);

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lockstep-core-"))
                .count();
    }

    /** More threads than this machine may have cores. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void manyShortStepsShouldFinish(int threads) {
        try (HostMachine host = TestHost.open(model, threads, KvType.F16)) {
            for (int round = 0; round < 10; round++) {
                expected.assertSame("round " + round, Transcript.of(host, tokens, 1 + round % 3));
            }
        }
        assertThat(workers()).isZero();
    }

    /** Not from the first step on: the JIT compiler has to see that what a step makes does not outlive it. */
    @Test
    void manyThousandStepsShouldFinishAndInTheEndAllocateNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (HostMachine host = TestHost.open(model, 2, KvType.F16);
                Sequence sequence = host.open()) {
            Step step = new Step(host);
            long leastPerStep = Long.MAX_VALUE;
            for (int round = 0; round < 50 && (round < 5 || leastPerStep > 0); round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                steps(host, sequence, step, 2_000);
                leastPerStep = Math.min(leastPerStep, (threads.getCurrentThreadAllocatedBytes() - before) / 2_000);
            }
            assertThat(leastPerStep).as("bytes allocated by a step").isZero();
        }
    }

    private void steps(HostMachine host, Sequence sequence, Step step, int count) {
        for (int i = 0; i < count; i++) {
            if (sequence.length() == 70) {
                sequence.truncate(0);
            }
            step.clear();
            step.add(sequence, tokens[i % tokens.length], true);
            host.run(step);
        }
    }

    @Test
    void sleepingWorkersShouldWakeForStepsAndForClosing() throws InterruptedException {
        HostMachine host = TestHost.open(model, 3, KvType.F16);
        Thread.sleep(300); // spinning lasts less than a millisecond
        expected.assertSame("after sleeping", Transcript.of(host, tokens, 5));
        Thread.sleep(300);
        host.close();
        assertThat(workers()).isZero();
    }

    @Test
    void workersShouldEndAtOnceWhenClosedEarly() {
        for (int i = 0; i < 5; i++) {
            HostMachine untouched = TestHost.open(model, 3, KvType.F16);
            untouched.close();
            assertThat(workers()).isZero();
        }
        HostMachine used = TestHost.open(model, 3, KvType.F16);
        expected.assertSame("before closing", Transcript.of(used, tokens, 20));
        used.close();
        assertThat(workers()).isZero();
    }

    @Test
    void closingShouldSurviveAnInterruptAndKeepIt() {
        HostMachine host = TestHost.open(model, 3, KvType.F16);
        Thread.currentThread().interrupt();
        host.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(workers()).isZero();
    }

    @Test
    void differentThreadsShouldRunStepsInTurn() throws Exception {
        try (HostMachine host = TestHost.open(model, 2, KvType.F16);
                Sequence sequence = host.open()) {
            for (int i = 0; i < tokens.length; i++) {
                int token = i;
                Transcript[] one = new Transcript[1];
                Thread thread = Thread.ofPlatform()
                        .start(() -> one[0] = Transcript.continued(host, sequence, new int[] {tokens[token]}, 1));
                thread.join();
                expected.logits(token, token + 1).assertSame("token " + token, one[0]);
            }
        }
    }

    @Test
    void twoMachinesShouldNotDisturbEachOther() throws Exception {
        try (HostMachine a = TestHost.open(model, 2, KvType.F16);
                HostMachine b = TestHost.open(model, 2, KvType.F16)) {
            Transcript[] other = new Transcript[1];
            Thread thread = Thread.ofPlatform().start(() -> other[0] = Transcript.of(a, tokens, 1));
            expected.assertSame("here", Transcript.of(b, tokens, 1));
            thread.join();
            expected.assertSame("there", other[0]);
        }
    }
}
