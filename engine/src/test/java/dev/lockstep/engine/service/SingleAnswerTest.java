package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One text at a time: what comes out, how many steps it takes, and what the cache saves. */
@Timeout(30)
class SingleAnswerTest {
    private static final int[] PROMPT = TinyTokenizer.tokens("Say: ");
    private static final UnaryOperator<CompletionRequest.Builder> GREEDY =
            request -> request.sampling(SamplingParameters.GREEDY);
    private static final UnaryOperator<CompletionRequest.Builder> DRAWN = request -> request.sampling(
                    SamplingParameters.DEFAULT.withRepetitionPenalty(1.2f).withSeed(42))
            .maxTokens(40)
            .ignoreEndOfGeneration(true);

    private final EventRecorder events = new EventRecorder();

    @Test
    void shouldStreamWholeCharactersUntilTheModelEndsItsAnswer() {
        CompletionResult answer = say("Grüße, 世界 🌍!", GREEDY);
        assertThat(answer.text()).isEqualTo("Grüße, 世界 🌍!");
        assertThat(reason(answer)).isEqualTo(FinishReason.STOP);
        assertThat(tokens(answer)).hasSize(TinyTokenizer.tokens(answer.text()).length);
        assertThat(events.texts(0)).containsExactly("G", "r", "ü", "ß", "e", ",", " ", "世", "界", " ", "🌍", "!");
        assertThat(events.all).contains(new CompletionEvent.Prefill(5, 5));
    }

    @Test
    void shouldReplaceACharacterThatIsCutOff() {
        CompletionResult answer = say("ab世", request -> GREEDY.apply(request).maxTokens(3));
        assertThat(answer.text()).isEqualTo("ab\uFFFD");
        assertThat(reason(answer)).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldStopAtAStopStringAndSayNothingOfIt() {
        CompletionResult answer =
                say("one<STOP>two", request -> GREEDY.apply(request).stopStrings(List.of("<STOP>", "<STEP>")));
        assertThat(answer.text()).isEqualTo("one").isEqualTo(String.join("", events.texts(0)));
        assertThat(reason(answer)).isEqualTo(FinishReason.STOP);
        assertThat(tokens(answer)).hasSize(9);
    }

    @Test
    void shouldGiveOutWhatLookedLikeAStopString() {
        assertThat(say("one<ST", request -> GREEDY.apply(request).stopStrings(List.of("<STOP>")))
                        .text())
                .isEqualTo("one<ST");
    }

    @Test
    void shouldNotComputeAStepItDoesNotNeed() {
        FakeMachine machine = FakeMachine.saying(PROMPT.length, TinyTokenizer.tokens("abcdef"));
        CompletionResult answer =
                generate(machine, PROMPT, request -> GREEDY.apply(request).maxTokens(3));
        assertThat(answer.text()).isEqualTo("abc");
        assertThat(machine.steps).containsExactly(5, 1, 1);
        assertThat(answer.usage()).isEqualTo(new Usage(5, 0, 3));
        assertThat(answer.promptTokensPerSecond()).isPositive();
        assertThat(answer.answerTokensPerSecond()).isPositive();
        assertThat(answer.timings().firstTokenNanos()).isPositive();
    }

    @Test
    void shouldOnlyReadThePromptWhenNothingIsToBeGenerated() {
        CompletionResult answer = say("abc", request -> GREEDY.apply(request).maxTokens(0));
        assertThat(answer.text()).isEmpty();
        assertThat(reason(answer)).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.answerTokensPerSecond()).isZero();
    }

    @Test
    void shouldGoOnPastTheEndWhenToldTo() {
        CompletionResult answer = say(
                "ab",
                request -> GREEDY.apply(request).ignoreEndOfGeneration(true).maxTokens(5));
        assertThat(tokens(answer)).hasSize(5).doesNotContain(TinyTokenizer.END);
        assertThat(reason(answer)).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldFillTheContextToTheLastPosition() {
        FakeMachine machine = FakeMachine.hashing(12, 4);
        CompletionResult answer = generate(machine, PROMPT, DRAWN);
        assertThat(reason(answer)).isEqualTo(FinishReason.LENGTH);
        assertThat(tokens(answer)).hasSize(12 - PROMPT.length + 1);
        assertThat(machine.tokensComputed()).isEqualTo(12);
    }

    @Test
    void shouldTakeAPromptThatFillsTheContextAndRefuseALongerOne() {
        assertThat(tokens(generate(FakeMachine.hashing(5, 4), PROMPT, DRAWN))).hasSize(1);
        assertThatThrownBy(() -> generate(FakeMachine.hashing(4, 4), PROMPT, DRAWN))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "the prompt has 5 tokens, but the context holds 4; shorten the prompt or open the model with"
                                + " a larger context");
    }

    @Test
    void shouldRefusePromptsThatNoMachineCanRun() {
        assertThatThrownBy(() -> generate(FakeMachine.hashing(9, 4), new int[0], DRAWN))
                .isInstanceOf(EngineException.class)
                .hasMessage("the prompt has no tokens; give some text to continue");
        assertThatThrownBy(() -> generate(FakeMachine.hashing(9, 4), new int[] {1, 258}, DRAWN))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "token 258 at position 1 of the prompt is not in the vocabulary, which has tokens 0 to 257");
    }

    @Test
    void shouldExplainUnusableLogits() {
        var machine = new FakeMachine(TinyTokenizer.SIZE, 16, 8, tokens -> {
            float[] logits = new float[TinyTokenizer.SIZE];
            logits[7] = tokens.size() == 6 ? Float.NaN : 1;
            return logits;
        });
        assertThatThrownBy(() -> generate(machine, PROMPT, GREEDY))
                .isInstanceOf(EngineException.class)
                .hasMessage("no token can follow the first 6: the logit of token 7 is NaN; if no logit bias or"
                        + " constraint is the cause, the model file is damaged");
    }

    @Test
    void shouldPenalizeWhatThePromptAndTheAnswerSaid() {
        UnaryOperator<CompletionRequest.Builder> penalized =
                request -> request.sampling(SamplingParameters.GREEDY.withPresencePenalty(1))
                        .maxTokens(4);
        assertThat(generate(preferringAToB(), TinyTokenizer.tokens("x"), penalized)
                        .text())
                .isEqualTo("abaa");
        assertThat(generate(preferringAToB(), TinyTokenizer.tokens("a"), penalized)
                        .text())
                .isEqualTo("baaa");
    }

    private static FakeMachine preferringAToB() {
        return new FakeMachine(TinyTokenizer.SIZE, 16, 8, _ -> {
            float[] logits = new float[TinyTokenizer.SIZE];
            logits['a'] = 3;
            logits['b'] = 2.5f;
            return logits;
        });
    }

    @Test
    void shouldNeverChooseATokenThatOnlyPadsTheVocabulary() {
        var machine = new FakeMachine(TinyTokenizer.SIZE + 6, 16, 8, _ -> {
            float[] logits = new float[TinyTokenizer.SIZE + 6];
            Arrays.fill(logits, TinyTokenizer.SIZE, logits.length, 9);
            logits['x'] = 1;
            return logits;
        });
        assertThat(generate(machine, PROMPT, request -> GREEDY.apply(request).maxTokens(2))
                        .text())
                .isEqualTo("xx");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 1000})
    void shouldNotDependOnHowThePromptIsCut(int maxStepTokens) {
        int[] prompt = randomTokens(100);
        List<Integer> expected = tokens(generate(FakeMachine.hashing(512, 64), prompt, DRAWN));
        assertThat(tokens(generate(FakeMachine.hashing(512, maxStepTokens), prompt, DRAWN)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 59, 60, 63, 64, 65, 99, 100})
    void shouldNotDependOnWhatTheCacheHeldBefore(int shared) {
        int[] first = randomTokens(100);
        int[] second = first.clone();
        for (int i = shared; i < second.length; i++) {
            second[i] = (first[i] + 1) % 256;
        }
        CompletionResult fresh = generate(FakeMachine.hashing(512, 16), second, DRAWN);
        FakeMachine machine = FakeMachine.hashing(512, 16);
        try (var service = open(machine)) {
            generate(service, first, DRAWN);
            int before = machine.tokensComputed();
            CompletionResult again = generate(service, second, DRAWN);
            int cached = Math.min(shared, 99);
            assertThat(tokens(again)).isEqualTo(tokens(fresh));
            assertThat(again.usage().cachedTokens()).isEqualTo(cached);
            assertThat(machine.tokensComputed() - before).isEqualTo(100 - cached + 39);
        }
    }

    @Test
    void shouldContinueItsOwnAnswerFromTheCache() {
        try (var service = open(FakeMachine.hashing(512, 16))) {
            int[] text = PROMPT;
            for (int turn = 0; turn < 6; turn++) {
                CompletionResult answer = generate(service, text, DRAWN);
                int[] next = IntStream.concat(
                                IntStream.of(text), tokens(answer).stream().mapToInt(Integer::intValue))
                        .toArray();
                assertThat(generate(
                                        service,
                                        next,
                                        request -> GREEDY.apply(request).maxTokens(1))
                                .usage()
                                .cachedTokens())
                        .isEqualTo(next.length - 1);
                text = next;
            }
        }
    }

    @Test
    void shouldRecoverFromAStepThatFailed() {
        int[] prompt = randomTokens(50);
        FakeMachine machine = FakeMachine.hashing(512, 16);
        try (var service = open(machine)) {
            machine.closed = true;
            assertThatThrownBy(() -> generate(service, prompt, DRAWN)).isInstanceOf(EngineException.class);
            machine.closed = false;
            assertThat(tokens(generate(service, prompt, DRAWN)))
                    .isEqualTo(tokens(generate(FakeMachine.hashing(512, 16), prompt, DRAWN)));
        }
    }

    @Test
    void shouldEndBetweenChunksOfThePromptWhenCancelledAndKeepWhatItHas() {
        FakeMachine machine = FakeMachine.hashing(512, 16);
        int[] prompt = randomTokens(100);
        try (var service = open(machine)) {
            CompletionRequest request = request(prompt, DRAWN);
            var ticket = new AtomicReference<Ticket>();
            ticket.set(service.submit(request, event -> {
                if (event instanceof CompletionEvent.Prefill(int done, int _) && done >= 80) {
                    while (ticket.get() == null) {
                        Thread.onSpinWait();
                    }
                    ticket.get().cancel();
                }
            }));
            CompletionResult answer = ticket.get().result().join();
            assertThat(reason(answer)).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.usage().promptTokens()).isEqualTo(80);
            assertThat(generate(service, prompt, DRAWN).usage().cachedTokens()).isEqualTo(80);
        }
    }

    @Test
    void shouldEndWithWhatItsListenerThrowsAndServeOn() {
        try (var service = open(FakeMachine.hashing(512, 16))) {
            CompletionRequest request = request(PROMPT, DRAWN);
            List<String> heard = new ArrayList<>();
            assertThatThrownBy(() -> service.complete(request, CompletionListener.ofText(text -> {
                        heard.add(text);
                        throw new IllegalStateException("enough");
                    })))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
            assertThat(heard).hasSize(1);
            assertThat(tokens(service.complete(request, _ -> {}))).hasSize(40);
        }
    }

    @Test
    void shouldRefuseBadOptions() {
        assertThatThrownBy(() -> say("abc", request -> request.maxTokens(-1)))
                .hasMessage("the most tokens to generate are -1, must be 0 or more");
        assertThatThrownBy(() -> say(
                        "abc",
                        request -> request.sampling(SamplingParameters.of(SamplerChain.parse("bias(999:1) | greedy")))))
                .hasMessage("logit bias names token 999, the vocabulary has tokens 0 to 257");
    }

    private CompletionResult say(String answer, UnaryOperator<CompletionRequest.Builder> options) {
        return generate(FakeMachine.saying(PROMPT.length, TinyTokenizer.tokens(answer)), PROMPT, options);
    }

    private CompletionResult generate(
            FakeMachine machine, int[] prompt, UnaryOperator<CompletionRequest.Builder> options) {
        try (var service = open(machine)) {
            return generate(service, prompt, options);
        }
    }

    private CompletionResult generate(
            InferenceService service, int[] prompt, UnaryOperator<CompletionRequest.Builder> options) {
        return service.complete(request(prompt, options), events);
    }

    private static CompletionRequest request(int[] prompt, UnaryOperator<CompletionRequest.Builder> options) {
        var tokens = new Prompt.Tokens(IntStream.of(prompt).boxed().toList());
        return options.apply(CompletionRequest.of(new Input.Continue(tokens))).build();
    }

    private static InferenceService open(FakeMachine machine) {
        return InferenceService.open(new FakeModel().open(machine), ServiceOptions.DEFAULT.withSpeculation(false));
    }

    private static List<Integer> tokens(CompletionResult result) {
        return result.choices().getFirst().tokens().stream()
                .map(ScoredToken::token)
                .toList();
    }

    private static FinishReason reason(CompletionResult result) {
        return result.choices().getFirst().finishReason();
    }

    private static int[] randomTokens(int count) {
        return new Random(12).ints(count, 0, 256).toArray();
    }
}
