package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a draft model saves and costs, by a clock that only the machines' steps move. */
@Timeout(60)
class DraftPaysTest {
    private static final long STEP_NANOS = 1_000_000;
    private static final int CONTEXT = 2000;

    /** A service with a draft model is at most so much slower than that without one. */
    private static final double SLOWEST = 1 / 0.97;

    /**
     * How machines are.
     *
     * @param right of a hundred guesses
     * @param draft what a step of the draft takes, in steps of the served model
     * @param token what another token in a step takes, in steps of the same model
     * @param noise how far the time of a step is off at most, in steps; besides, every fiftieth takes eight times as long if there is any
     */
    private record Scene(int right, int rightUpTo, double draft, double token, double noise) {
        Scene(int right, double draft, double token) {
            this(right, Integer.MAX_VALUE, draft, token, 0);
        }
    }

    static Stream<Arguments> scenes() {
        List<Arguments> scenes = new ArrayList<>();
        for (int right : new int[] {0, 20, 50, 80, 95}) {
            for (double draft : new double[] {0.02, 0.1, 0.3, 1}) {
                for (double token : new double[] {0.02, 0.2, 1}) {
                    scenes.add(Arguments.of(new Scene(right, draft, token)));
                }
            }
        }
        return scenes.stream();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void shouldNotBeSlowerThanWithoutADraft(Scene scene) {
        assertThat(slowdown(scene, 1, 400)).isLessThan(SLOWEST);
    }

    @Test
    void shouldBeFasterWithADraftThatIsCheapAndRight() {
        var scene = new Scene(95, 0.02, 0.02);
        assertThat(slowdown(scene, 1, 400)).isLessThan(1 / 3.0);
        var middling = new Scene(80, 0.1, 0.1);
        assertThat(slowdown(middling, 1, 400)).isLessThan(1 / 1.3);
    }

    /** Each of many short texts that begin anew must not borrow for itself. */
    @Test
    void shouldNotBeSlowerWithManyShortTexts() {
        for (int choices : new int[] {1, 4}) {
            var wrong = new Scene(0, 0.1, 0.1);
            assertThat(slowdown(wrong, choices, 20)).isLessThan(SLOWEST);
        }
    }

    @Test
    void shouldGiveUpADraftThatIsWrongFromSomewhereOn() {
        var scene = new Scene(90, 200, 0.1, 0.05, 0);
        assertThat(slowdown(scene, 1, 1500)).isLessThan(SLOWEST);
    }

    @Test
    void shouldNotBeMisledByNoise() {
        for (int right : new int[] {0, 30, 60}) {
            var scene = new Scene(right, Integer.MAX_VALUE, 0.2, 0.1, 0.4);
            assertThat(slowdown(scene, 1, 1500)).isLessThan(SLOWEST);
        }
    }

    /** Time with the draft, in times without it. */
    private static double slowdown(Scene scene, int choices, int tokens) {
        return (double) time(scene, true, choices, tokens) / time(scene, false, choices, tokens);
    }

    /**
     * Nanoseconds of the clock for a dozen of short answers one after the other, or a long one.
     *
     * @param choices texts at a time
     */
    private static long time(Scene scene, boolean drafting, int choices, int tokens) {
        var clock = new AtomicLong();
        FakeMachine large = timed(FakeMachine.hashing(CONTEXT, 64), clock, 1, scene, 1);
        FakeMachine small =
                timed(FakeMachine.halfRight(scene.right, scene.rightUpTo, CONTEXT, 64), clock, scene.draft, scene, 2);
        int answers = Math.max(1, 240 / tokens);
        try (var service = new InferenceService(
                new FakeModel().open(large),
                Optional.of(new FakeModel().open(small)),
                ServiceOptions.DEFAULT.withSpeculation(drafting),
                clock::get)) {
            clock.set(0);
            for (int i = 0; i < answers; i++) {
                service.complete(request("Text " + i, choices, tokens), _ -> {});
            }
        }
        return clock.get();
    }

    private static FakeMachine timed(FakeMachine machine, AtomicLong clock, double steps, Scene scene, long seed) {
        var random = new Random(seed);
        machine.onStep = tokens -> {
            double spike = scene.noise > 0 && machine.steps.size() % 50 == 0 ? 8 : 1;
            double noise = 1 + scene.noise * (2 * random.nextDouble() - 1);
            double nanos = STEP_NANOS * steps * (1 + scene.token * (tokens - 1)) * noise * spike;
            clock.addAndGet((long) nanos);
        };
        return machine;
    }

    private static CompletionRequest request(String prompt, int choices, int tokens) {
        return CompletionRequest.of(prompt)
                .sampling(SamplingParameters.GREEDY)
                .choices(choices)
                .maxTokens(tokens)
                .ignoreEndOfGeneration(true)
                .build();
    }
}
