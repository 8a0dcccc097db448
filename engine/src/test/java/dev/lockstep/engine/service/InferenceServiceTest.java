package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.text.json.Json;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InferenceServiceTest {
    private final FakeModel model = new FakeModel();
    private final EventRecorder events = new EventRecorder();

    @Test
    void shouldLetAProgramEndThatForgotToClose() {
        try (var service =
                InferenceService.open(new FakeModel().open(FakeMachine.hashing(100, 8)), ServiceOptions.DEFAULT)) {
            boolean daemon =
                    service.inspect(_ -> Thread.currentThread().isDaemon()).join();
            assertThat(daemon).isTrue();
        }
    }

    @Test
    void shouldStreamAnAnswer() {
        FakeMachine machine = FakeMachine.saying(3, TinyTokenizer.tokens("Grüße!"));
        try (var service = open(machine)) {
            CompletionResult result =
                    service.submit(greedy("ab").build(), events).result().join();
            assertThat(result.text()).isEqualTo("Grüße!");
            assertThat(result.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(result.usage()).isEqualTo(new Usage(3, 0, 8));
            assertThat(events.texts(0)).containsExactly("G", "r", "ü", "ß", "e", "!");
            assertThat(events.all.getFirst()).isEqualTo(new CompletionEvent.Started(3, 0));
            assertThat(events.all.get(1)).isEqualTo(new CompletionEvent.Prefill(3, 3));
            assertThat(events.all.getLast()).isEqualTo(new CompletionEvent.Completed(result));
            assertThat(events.all).contains(new CompletionEvent.ChoiceFinished(0, FinishReason.STOP));
        }
        assertThat(machine.closed).isTrue();
    }

    @Test
    void shouldGiveEachChoiceItsOwnSeed() {
        try (var service = open(FakeMachine.hashing(200, 8))) {
            CompletionRequest request = drawn("abc", 7).choices(3).build();
            CompletionResult result = service.submit(request, events).result().join();
            assertThat(result.choices()).hasSize(3);
            for (int choice = 0; choice < 3; choice++) {
                CompletionResult alone = service.submit(drawn("abc", 7 + choice).build(), _ -> {})
                        .result()
                        .join();
                assertThat(result.choices().get(choice))
                        .isEqualTo(alone.choices().getFirst());
            }
        }
    }

    @Test
    void shouldCancelBetweenSteps() throws Exception {
        var begun = new CountDownLatch(1);
        try (var service = open(FakeMachine.hashing(1_000_000, 8))) {
            Ticket ticket = service.submit(
                    CompletionRequest.of("abc").ignoreEndOfGeneration(true).build(), event -> {
                        events.on(event);
                        if (event instanceof CompletionEvent.Token) {
                            begun.countDown();
                        }
                    });
            begun.await();
            ticket.cancel();
            CompletionResult result = ticket.result().get(10, TimeUnit.SECONDS);
            assertThat(result.choices().getFirst().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.text()).isEqualTo(String.join("", events.texts(0)));
        }
    }

    @Test
    void shouldSayOnlyWhatAConstraintAllows() {
        try (var service = open(FakeMachine.hashing(2000, 8))) {
            String schema =
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":10,\"maximum\":99},"
                            + "\"b\":{\"enum\":[\"x\",\"y\"]}},\"required\":[\"a\",\"b\"]}";
            CompletionResult result = service.submit(
                            drawn("abc", 1)
                                    .maxTokens(500)
                                    .constraint(new Constraint.JsonSchema(schema))
                                    .build(),
                            events)
                    .result()
                    .join();
            assertThat(result.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
            var object = (Json.Obj) Json.parse(result.text());
            assertThat(object.members()).containsOnlyKeys("a", "b");
            assertThatThrownBy(() -> service.submit(
                            drawn("abc", 1)
                                    .constraint(new Constraint.Regex("("))
                                    .build(),
                            events))
                    .isInstanceOfSatisfying(InvalidRequestException.class, refused -> {
                        assertThat(refused.parameter()).isEqualTo("constraint");
                        assertThat(refused).hasMessageStartingWith("the regular expression cannot be used");
                    });
        }
    }

    @Test
    void shouldRefuseWhatItCannotDo() {
        try (var service = open(FakeMachine.hashing(5, 8))) {
            assertThatThrownBy(
                            () -> service.submit(CompletionRequest.of("123456").build(), events))
                    .isInstanceOfSatisfying(ContextExceededException.class, refused -> {
                        assertThat(refused.tokens()).isEqualTo(7);
                        assertThat(refused.limit()).isEqualTo(5);
                    });
            assertThatThrownBy(() ->
                            CompletionRequest.of("1").stopStrings(List.of("")).build())
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            refused -> assertThat(refused.parameter()).isEqualTo("stopStrings"));
            assertThat(events.all).isEmpty();
        }
    }

    @Test
    @SuppressWarnings("try")
    void shouldRefuseEverythingOnceClosed() {
        InferenceService service = open(FakeMachine.hashing(5, 8));
        service.close();
        service.close();
        assertThatThrownBy(() -> service.submit(CompletionRequest.of("1").build(), events))
                .isInstanceOf(ServiceClosedException.class);
    }

    @Test
    void shouldFailTheRequestsOfAStepThatFails() {
        var machine = new FakeMachine(TinyTokenizer.SIZE, 100, 8, tokens -> {
            float[] logits = new float[TinyTokenizer.SIZE];
            logits[1] = tokens.size() == 4 ? Float.NaN : 1;
            return logits;
        });
        try (var service = open(machine)) {
            assertThatThrownBy(() -> service.submit(greedy("ab").build(), events)
                            .result()
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("no token can follow the first 4: the logit of token 1 is NaN");
            assertThat(events.all.getLast()).isInstanceOf(CompletionEvent.Failed.class);
            assertThat(service.submit(greedy("ab").maxTokens(1).build(), _ -> {})
                            .result()
                            .join()
                            .text())
                    .isEqualTo("\u0001");
        }
    }

    private InferenceService open(FakeMachine machine) {
        return InferenceService.open(model.open(machine), ServiceOptions.DEFAULT);
    }

    private static CompletionRequest.Builder greedy(String prompt) {
        return CompletionRequest.of(prompt).sampling(SamplingParameters.GREEDY);
    }

    private static CompletionRequest.Builder drawn(String prompt, long seed) {
        return CompletionRequest.of(prompt)
                .sampling(SamplingParameters.DEFAULT.withSeed(seed))
                .maxTokens(50);
    }
}
