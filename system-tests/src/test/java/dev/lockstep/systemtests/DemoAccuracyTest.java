package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.GenerationOptions;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
        var options = LockstepOptions.DEFAULT.withCache(false);
        long right;
        try (var model = Lockstep.open(DemoModel.install(directory), options)) {
            right = questions.stream()
                    .filter(question -> answer(model, question.text).equals(question.answer))
                    .count();
        }
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
        var options = LockstepOptions.DEFAULT.withCache(false);
        var told = new ArrayList<String>();
        try (var model = Lockstep.open(DemoModel.install(directory), options)) {
            for (int story = 0; story < HEROES.size() * NAMES.size(); story++) {
                var hero = HEROES.get(story / NAMES.size());
                var name = NAMES.get(story % NAMES.size());
                var text = model.chat()
                        .say(STORY.formatted(hero, name), sampled(story), piece -> {})
                        .text();
                if (text.contains(hero) && hangsTogether(text, name)) {
                    told.add(text);
                }
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

    private static GenerationOptions sampled(int seed) {
        return GenerationOptions.DEFAULT
                .withMaxTokens(LONGEST_STORY)
                .withSampling(SamplingParameters.DEFAULT.withSeed(seed));
    }

    private static String answer(Lockstep model, String question) {
        var options = GenerationOptions.GREEDY.withMaxTokens(LONGEST_ANSWER);
        return model.chat().say(question, options, text -> {}).text();
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
