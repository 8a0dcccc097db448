package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.GenerationOptions;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks the embedded model what it was never trained on, greedily; the figures of docs/demo-model.md are these. */
class DemoAccuracyTest {
    private static final double LEAST_SHARE = 0.95;
    private static final int LONGEST_ANSWER = 24;

    @TempDir
    private static Path directory = Path.of("");

    private record Question(String kind, String text, String answer) {
        static Question of(String line) {
            var fields = line.split("\t");
            return new Question(fields[0], fields[1], fields[2]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sums", "reviews"})
    void shouldAnswerHeldOutQuestions(String kind) throws IOException {
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
        assertThat((double) right / questions.size()).as(figure).isGreaterThanOrEqualTo(LEAST_SHARE);
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
