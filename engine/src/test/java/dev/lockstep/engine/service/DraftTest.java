package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.graph.KvLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DraftTest {
    private static final int TOKENS = 300;
    private static final CompletionRequest REQUEST = CompletionRequest.of("Once upon a time")
            .sampling(SamplingParameters.GREEDY)
            .maxTokens(TOKENS)
            .ignoreEndOfGeneration(true)
            .build();

    /** What a step of the served machine takes, in milliseconds; the draft's takes none. */
    private static final int STEP = 2;

    @Test
    void shouldNeedFewerStepsWithADraftThatIsRight() {
        FakeMachine large = slow(FakeMachine.hashing(1000, 32));
        Timings timings = served(large, FakeMachine.hashing(1000, 32)).timings();
        assertThat(timings.acceptedTokens()).isGreaterThan(TOKENS / 2);
        assertThat(timings.steps()).isEqualTo(TOKENS - timings.acceptedTokens());
    }

    /** No more than a few guesses are tried, because none is right. */
    @Test
    void shouldGiveUpADraftThatIsWrong() {
        var wrong = new FakeMachine(258, 1000, 32, _ -> new float[258]);
        FakeMachine large = slow(FakeMachine.hashing(1000, 32));
        slow(wrong);
        Timings timings = served(large, wrong).timings();
        assertThat(timings.acceptedTokens()).isLessThan(5);
        assertThat(timings.draftedTokens()).isLessThan(TOKENS / 8);
        assertThat(wrong.steps.size()).isLessThan(TOKENS / 8);
    }

    @Test
    void shouldEndWhereTheContextOfTheDraftEnds() {
        FakeMachine small = FakeMachine.hashing(40, 8);
        CompletionResult result = served(slow(FakeMachine.hashing(1000, 32)), small);
        assertThat(result.choices()).isEqualTo(alone().choices());
        assertThat(result.timings().acceptedTokens()).isBetween(1, 40);
    }

    /** The draft's memory counts while it has any; blocks that are kept are the served model's only. */
    @Test
    void shouldTellTheMemoryOfBoth() throws Exception {
        FakeMachine large = slow(FakeMachine.hashing(1000, 32));
        List<Long> bytes = new CopyOnWriteArrayList<>();
        try (var service = InferenceService.open(
                new FakeModel().open(large),
                Optional.of(new FakeModel().open(FakeMachine.hashing(1000, 32))),
                ServiceOptions.DEFAULT)) {
            service.complete(REQUEST, _ -> bytes.add(service.status().kvBytes()));
            ServiceStatus after = service.inspect(_ -> service.status()).get();
            assertThat(after.kvBytes()).isZero();
            assertThat(after.prefixCacheBytes()).isEqualTo(KvLayout.blocks(16 + TOKENS) * large.kvBlockBytes());
        }
        int blocks = KvLayout.blocks(16 + TOKENS);
        assertThat(bytes).anyMatch(taken -> taken > 2 * large.kvBlockBytes());
        assertThat(bytes).allMatch(taken -> taken <= 2 * blocks * large.kvBlockBytes());
    }

    @Test
    void shouldRefuseADraftWithAnotherVocabulary() {
        var other = new FakeModel("other", new TinyTokenizer(300));
        assertThatThrownBy(() -> InferenceService.open(
                        new FakeModel().open(FakeMachine.hashing(100, 8)),
                        Optional.of(other.open(FakeMachine.hashing(100, 8))),
                        ServiceOptions.DEFAULT))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "the draft model fake.gguf has another vocabulary than fake.gguf (300 tokens instead of 258);"
                                + " take one of the same family");
    }

    private static FakeMachine slow(FakeMachine machine) {
        machine.stepMillis = STEP;
        return machine;
    }

    private static CompletionResult served(FakeMachine large, FakeMachine small) {
        try (var service = InferenceService.open(
                new FakeModel().open(large), Optional.of(new FakeModel().open(small)), ServiceOptions.DEFAULT)) {
            CompletionResult result = service.complete(REQUEST, _ -> {});
            assertThat(result.choices()).isEqualTo(alone().choices());
            return result;
        }
    }

    private static CompletionResult alone() {
        try (var service = InferenceService.open(
                new FakeModel().open(FakeMachine.hashing(1000, 32)), ServiceOptions.DEFAULT.withSpeculation(false))) {
            return service.complete(REQUEST, _ -> {});
        }
    }
}
