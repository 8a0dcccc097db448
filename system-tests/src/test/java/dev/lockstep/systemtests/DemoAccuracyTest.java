package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Asks the embedded model what it was never trained on, greedily; the figures of docs/demo-model.md are these. */
class DemoAccuracyTest {
    private static final int LONGEST_ANSWER = 24;
    private static final int LONGEST_STORY = 400;
    private static final String STORY = "Tell me a story about a %s named %s.";
    private static final List<String> HEROES = List.of("fox", "robot", "boy", "turtle", "pirate");
    private static final List<String> NAMES = List.of("Tim", "Oscar", "Rusty", "Peter", "Max");

    /** A capital letter in the middle of a sentence, which only a name has. */
    private static final Pattern NAME = Pattern.compile("(?<=[a-z,] )[A-Z][a-z]+");

    @TempDir
    private static Path directory = Path.of("");

    private record Question(String kind, String text, String answer) {
        static Question of(String line) {
            var fields = line.split("\t");
            return new Question(fields[0], fields[1], fields[2]);
        }
    }

    /** Reviews in own words come from nobody's grammar, so that less is asked of them. */
    @ParameterizedTest
    @CsvSource({"sums, 0.95", "reviews, 0.95", "own-words, 0.75"})
    void shouldAnswerHeldOutQuestions(String kind, double leastShare) throws IOException {
        var questions = questions().stream()
                .filter(question -> question.kind.equals(kind))
                .toList();
        var answers = answers(
                questions.stream().map(Question::text).toList(),
                request -> request.sampling(SamplingParameters.GREEDY).maxTokens(LONGEST_ANSWER));
        long right = IntStream.range(0, answers.size())
                .filter(i -> answers.get(i).equals(questions.get(i).answer))
                .count();
        var figure = String.format(
                Locale.ROOT,
                "%s: %d of %d right (%.1f %%)",
                kind,
                right,
                questions.size(),
                100.0 * right / questions.size());
        System.out.println("demo model, held-out " + figure);
        assertThat((double) right / questions.size()).as(figure).isGreaterThanOrEqualTo(leastShare);
    }

    @Test
    void shouldTellStoriesOfTheHeroAskedForAndOneFriend() {
        var wishes = HEROES.stream()
                .flatMap(hero -> NAMES.stream().map(name -> STORY.formatted(hero, name)))
                .toList();
        var seed = new AtomicInteger();
        var stories = answers(
                wishes,
                request -> request.sampling(SamplingParameters.DEFAULT.withSeed(seed.getAndIncrement()))
                        .maxTokens(LONGEST_STORY));
        var told = new ArrayList<String>();
        for (int story = 0; story < stories.size(); story++) {
            var hero = HEROES.get(story / NAMES.size());
            var name = NAMES.get(story % NAMES.size());
            var text = stories.get(story);
            if (text.contains(hero) && hangsTogether(text, name)) {
                told.add(text);
            }
        }
        System.out.println(
                "demo model, stories that keep to their cast: " + told.size() + " of " + HEROES.size() * NAMES.size());
        assertThat(told).hasSizeGreaterThanOrEqualTo(HEROES.size() * NAMES.size() * 9 / 10);
    }

    /** A whole story in which nobody is named but the hero and one other. */
    private static boolean hangsTogether(String story, String hero) {
        var names = NAME.matcher(story).results().map(MatchResult::group).collect(Collectors.toSet());
        return names.contains(hero) && names.size() == 2 && story.matches("(?s).*[.!?]\"?");
    }

    /** All are asked at the same time: that changes no answer. */
    private static List<String> answers(List<String> questions, UnaryOperator<CompletionRequest.Builder> settings) {
        var model = Lockstep.open(DemoModel.install(directory), LockstepOptions.DEFAULT.withCache(false));
        try (var service = InferenceService.open(model, ServiceOptions.DEFAULT.withMaxWaiting(questions.size()))) {
            return questions.stream()
                    .map(question -> service.submit(
                            settings.apply(CompletionRequest.of(Conversation.of(question)))
                                    .build(),
                            event -> {}))
                    .toList()
                    .stream()
                    .map(ticket -> ticket.result().join().text())
                    .toList();
        }
    }

    private static List<Question> questions() throws IOException {
        try (var lines = DemoAccuracyTest.class.getResourceAsStream("demo-questions.tsv")) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Question::of)
                    .toList();
        }
    }
}
