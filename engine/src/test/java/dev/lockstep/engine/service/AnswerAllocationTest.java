package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * What the engine leaves to collect between two steps: the text, the events and the record of a token, and little else. Steps themselves leave nothing
 * (the host's {@code AllocationTest}).
 */
class AnswerAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TOKENS = 2000;

    /** The command's young generation takes 13 MB, so that 2,000 tokens are over before anything is collected. */
    private static final long BYTES_OF_TOKEN = 2000;

    /** Bytes that the engine's thread allocated before each step. */
    private final long[] between = new long[TOKENS];

    private int steps;
    private long stepDone;

    @Test
    void tokensShouldLeaveLittleToCollect() {
        FakeMachine machine = FakeMachine.hashing(2 * TOKENS, 8);
        machine.onStep = _ -> {
            if (steps < TOKENS) {
                between[steps++] = THREADS.getCurrentThreadAllocatedBytes() - stepDone;
            }
        };
        machine.afterStep = () -> stepDone = THREADS.getCurrentThreadAllocatedBytes();
        try (var service =
                InferenceService.open(new FakeModel().open(machine), ServiceOptions.DEFAULT.withSpeculation(false))) {
            var prompt = new Prompt.Tokens(
                    Arrays.stream(TinyTokenizer.tokens("Say: ")).boxed().toList());
            var request = CompletionRequest.of(new Input.Continue(prompt))
                    .sampling(SamplingParameters.DEFAULT
                            .withRepetitionPenalty(1.2f)
                            .withSeed(42))
                    .maxTokens(TOKENS)
                    .ignoreEndOfGeneration(true)
                    .build();
            service.complete(request, _ -> {});
        }
        long[] warm = Arrays.copyOfRange(between, TOKENS / 2, TOKENS - 1);
        assertThat(Arrays.stream(warm).average().orElseThrow())
                .as("bytes of a token")
                .isLessThan(BYTES_OF_TOKEN);
    }
}
