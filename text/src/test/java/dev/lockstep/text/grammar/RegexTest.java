package dev.lockstep.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexTest {
    /** As the JDK has it, for random expressions and texts of few letters. */
    @RepeatedTest(40)
    void shouldMatchWhatTheJdkMatches(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        String regex = expression(random, 3);
        Grammar grammar = Grammar.regex(regex);
        Pattern pattern = Pattern.compile(regex);
        for (int i = 0; i < 300; i++) {
            String text = text(random);
            assertThat(Texts.accepts(grammar, text))
                    .as("seed %d: %s matches %s", repetition.getCurrentRepetition(), regex, text)
                    .isEqualTo(pattern.matcher(text).matches());
        }
    }

    private static String expression(Random random, int depth) {
        if (depth == 0) {
            String[] atoms = {"a", "b", "[ab]", "[^a]", ".", "\\d", "\\w", "ü", "[a-c1]", "\\.", "\\S", "\\x61", "🌍"};
            return atoms[random.nextInt(atoms.length)];
        }
        String[] signs = {"", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "+?"};
        return switch (random.nextInt(4)) {
            case 0 -> expression(random, depth - 1) + expression(random, depth - 1);
            case 1 -> "(?:" + expression(random, depth - 1) + "|" + expression(random, depth - 1) + ")";
            case 2 -> "(" + expression(random, depth - 1) + ")" + signs[random.nextInt(signs.length)];
            default -> expression(random, depth - 1);
        };
    }

    private static String text(Random random) {
        String[] letters = {"a", "b", "c", "1", ".", "ü", "🌍", "\n"};
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "a)",
                "[a",
                "[b-a]",
                "*",
                "a{3,2}",
                "a{200001}",
                "\\",
                "(?=a)",
                "(?<!a)",
                "(?i)a",
                "\\b",
                "\\1",
                "a++",
                "a^b",
                "(a$)b",
                "\\p{Nonsense}",
                "\\u00",
                "a{99999}|b{99999}|c{99999}|d{99999}|e{99999}"
            })
    void shouldRefuse(String regex) {
        assertThatThrownBy(() -> Grammar.regex(regex)).isInstanceOf(GrammarException.class);
    }
}
