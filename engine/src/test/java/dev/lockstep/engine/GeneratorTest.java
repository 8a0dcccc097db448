package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    private static final int[] PROMPT = TinyTokenizer.tokens("Say: ");
    private static final GenerationOptions DRAWN = GenerationOptions.DEFAULT
            .withSampling(SamplingParameters.DEFAULT.withRepetitionPenalty(1.2f).withSeed(42))
            .withMaxTokens(40)
            .withIgnoreEndOfGeneration(true);

    private final Recorder recorder = new Recorder();

    @Test
    void shouldStreamWholeCharactersUntilTheModelEndsItsAnswer() {
        Generation answer = say("Grüße, 世界 🌍!", GenerationOptions.GREEDY);
        assertThat(answer.text()).isEqualTo("Grüße, 世界 🌍!");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.tokens()).isEqualTo(recorder.tokens).hasSize(TinyTokenizer.tokens(answer.text()).length);
        assertThat(recorder.texts).containsExactly("G", "r", "ü", "ß", "e", ",", " ", "世", "界", " ", "🌍", "!");
        assertThat(recorder.prefills).containsExactly("5/5");
    }

    @Test
    void shouldReplaceACharacterThatIsCutOff() {
        Generation answer = say("ab世", GenerationOptions.GREEDY.withMaxTokens(3));
        assertThat(answer.text()).isEqualTo("ab\uFFFD");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldStopAtAStopStringAndSayNothingOfIt() {
        Generation answer = say("one<STOP>two", GenerationOptions.GREEDY.withStopStrings(List.of("<STOP>", "<STEP>")));
        assertThat(answer.text()).isEqualTo("one").isEqualTo(String.join("", recorder.texts));
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.tokens()).hasSize(9);
    }

    @Test
    void shouldGiveOutWhatLookedLikeAStopString() {
        assertThat(say("one<ST", GenerationOptions.GREEDY.withStopStrings(List.of("<STOP>")))
                        .text())
                .isEqualTo("one<ST");
    }

    @Test
    void shouldNotComputeAStepItDoesNotNeed() {
        FakeMachine machine = FakeMachine.saying(PROMPT.length, TinyTokenizer.tokens("abcdef"));
        Generation answer = generate(machine, PROMPT, GenerationOptions.GREEDY.withMaxTokens(3));
        assertThat(answer.text()).isEqualTo("abc");
        assertThat(machine.steps).containsExactly(5, 1, 1);
        assertThat(answer.statistics())
                .extracting(
                        GenerationStatistics::promptTokens,
                        GenerationStatistics::cachedTokens,
                        GenerationStatistics::generatedTokens,
                        GenerationStatistics::decodeSteps)
                .containsExactly(5, 0, 3, 2);
        assertThat(answer.statistics().prefillTokensPerSecond()).isPositive();
        assertThat(answer.statistics().decodeTokensPerSecond()).isPositive();
        assertThat(answer.statistics().firstTokenMilliseconds()).isPositive();
    }

    @Test
    void shouldOnlyReadThePromptWhenNothingIsToBeGenerated() {
        Generation answer = say("abc", GenerationOptions.GREEDY.withMaxTokens(0));
        assertThat(answer.text()).isEmpty();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldGoOnPastTheEndWhenToldTo() {
        Generation answer = say(
                "ab", GenerationOptions.GREEDY.withIgnoreEndOfGeneration(true).withMaxTokens(5));
        assertThat(answer.tokens()).hasSize(5).doesNotContain(TinyTokenizer.END);
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldFillTheContextToTheLastPosition() {
        FakeMachine machine = FakeMachine.hashing(12, 4);
        Generation answer = generate(machine, PROMPT, DRAWN);
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.tokens()).hasSize(12 - PROMPT.length + 1);
        assertThat(machine.tokensComputed()).isEqualTo(12);
    }

    @Test
    void shouldTakeAPromptThatFillsTheContextAndRefuseALongerOne() {
        assertThat(generate(FakeMachine.hashing(5, 4), PROMPT, DRAWN).tokens()).hasSize(1);
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
        assertThatThrownBy(() -> generate(machine, PROMPT, GenerationOptions.GREEDY))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "no token can follow the first 6: the logit of token 7 is NaN; if no logit bias is the cause,"
                                + " the model file is damaged");
    }

    @Test
    void shouldPenalizeWhatThePromptAndTheAnswerSaid() {
        var options = GenerationOptions.DEFAULT
                .withSampling(SamplingParameters.GREEDY.withPresencePenalty(1))
                .withMaxTokens(4);
        assertThat(generate(preferringAToB(), TinyTokenizer.tokens("x"), options)
                        .text())
                .isEqualTo("abaa");
        assertThat(generate(preferringAToB(), TinyTokenizer.tokens("a"), options)
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
        assertThat(generate(machine, PROMPT, GenerationOptions.GREEDY.withMaxTokens(2))
                        .text())
                .isEqualTo("xx");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 1000})
    void shouldNotDependOnHowThePromptIsCut(int maxStepTokens) {
        int[] prompt = randomTokens(100);
        List<Integer> expected =
                generate(FakeMachine.hashing(512, 64), prompt, DRAWN).tokens();
        assertThat(generate(FakeMachine.hashing(512, maxStepTokens), prompt, DRAWN)
                        .tokens())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 59, 60, 61, 99, 100})
    void shouldNotDependOnWhatTheCacheHeldBefore(int shared) {
        int[] first = randomTokens(100);
        int[] second = first.clone();
        for (int i = shared; i < second.length; i++) {
            second[i] = (first[i] + 1) % 256;
        }
        Generation fresh = generate(FakeMachine.hashing(512, 16), second, DRAWN);
        FakeMachine machine = FakeMachine.hashing(512, 16);
        try (var session = new Session(machine)) {
            generate(session, first, DRAWN);
            int before = machine.tokensComputed();
            Generation again = generate(session, second, DRAWN);
            int cached = Math.min(shared, 99);
            assertThat(again.tokens()).isEqualTo(fresh.tokens());
            assertThat(again.statistics().cachedTokens()).isEqualTo(cached);
            assertThat(machine.tokensComputed() - before).isEqualTo(100 - cached + 39);
        }
    }

    @Test
    void shouldContinueItsOwnAnswerFromTheCache() {
        FakeMachine machine = FakeMachine.hashing(512, 16);
        try (var session = new Session(machine)) {
            Generation answer = generate(session, PROMPT, DRAWN);
            int[] next = IntStream.concat(
                            IntStream.of(PROMPT), answer.tokens().stream().mapToInt(Integer::intValue))
                    .toArray();
            assertThat(generate(session, next, DRAWN).statistics().cachedTokens())
                    .isEqualTo(next.length - 1);
        }
    }

    @Test
    void shouldRecoverFromAStepThatFailed() {
        int[] prompt = randomTokens(50);
        FakeMachine machine = FakeMachine.hashing(512, 16);
        try (var session = new Session(machine)) {
            machine.closed = true;
            assertThatThrownBy(() -> generate(session, prompt, DRAWN)).isInstanceOf(IllegalArgumentException.class);
            machine.closed = false;
            assertThat(generate(session, prompt, DRAWN).tokens())
                    .isEqualTo(generate(FakeMachine.hashing(512, 16), prompt, DRAWN)
                            .tokens());
        }
    }

    @Test
    void shouldEndWithinOneStepWhenCancelled() {
        FakeMachine machine = FakeMachine.hashing(512, 16);
        var listener = new Recorder() {
            @Override
            public boolean cancelled() {
                return tokens.size() == 3;
            }
        };
        Generation answer = Generator.generate(new Session(machine), new TinyTokenizer(), PROMPT, DRAWN, listener);
        assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(answer.tokens()).hasSize(3);
        assertThat(machine.steps).containsExactly(5, 1, 1);
    }

    @Test
    void shouldEndBetweenChunksOfThePromptWhenCancelledAndKeepWhatItHas() {
        FakeMachine machine = FakeMachine.hashing(512, 16);
        var session = new Session(machine);
        int[] prompt = randomTokens(100);
        var listener = new Recorder() {
            @Override
            public boolean cancelled() {
                return prefills.size() == 2;
            }
        };
        Generation answer = Generator.generate(session, new TinyTokenizer(), prompt, DRAWN, listener);
        assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(answer.statistics().promptTokens()).isEqualTo(32);
        assertThat(listener.prefills).containsExactly("16/100", "32/100");
        assertThat(generate(session, prompt, DRAWN).statistics().cachedTokens()).isEqualTo(32);
    }

    @Test
    void shouldEndWhenItsThreadIsInterruptedAndKeepTheInterrupt() {
        Thread.currentThread().interrupt();
        Generation answer = say("abc", GenerationOptions.GREEDY);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void shouldRefuseBadOptions() {
        assertThatThrownBy(() -> GenerationOptions.DEFAULT.withMaxTokens(-1))
                .hasMessage("the most tokens to generate are -1, must be 0 or more");
        assertThatThrownBy(() -> GenerationOptions.DEFAULT.withStopStrings(List.of("a", "")))
                .hasMessage("a stop string is empty, must have a character at least");
        assertThatThrownBy(() ->
                        say("abc", GenerationOptions.DEFAULT.withSampler(SamplerChain.parse("bias(999:1) | greedy"))))
                .hasMessage("logit bias names token 999, the vocabulary has tokens 0 to 257");
    }

    private Generation say(String answer, GenerationOptions options) {
        return generate(FakeMachine.saying(PROMPT.length, TinyTokenizer.tokens(answer)), PROMPT, options);
    }

    private Generation generate(FakeMachine machine, int[] prompt, GenerationOptions options) {
        try (var session = new Session(machine)) {
            return generate(session, prompt, options);
        }
    }

    private Generation generate(Session session, int[] prompt, GenerationOptions options) {
        return Generator.generate(session, new TinyTokenizer(), prompt, options, recorder);
    }

    private static int[] randomTokens(int count) {
        return new Random(12).ints(count, 0, 256).toArray();
    }
}
