package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutputParserTest {
    private static final String ONE =
            "{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln }\\\"\", \"days\": [1, 2]}}";
    private static final String TWO = "{\"name\": \"time\", \"arguments\": {}}";
    private static final List<String> CALLS =
            List.of("weather {\"city\": \"Köln }\\\"\", \"days\": [1, 2]}", "time {}");

    private final List<String> heard = new ArrayList<>();

    @Test
    void shouldReadCallsOfHermes() {
        assertThat(parse(
                        ToolSyntax.HERMES,
                        "Let me see.\n<tool_call>\n" + ONE + "\n</tool_call>\n<tool_call>\n" + TWO + "\n</tool_call>"))
                .containsExactly("text Let me see.", "call " + CALLS.get(0), "call " + CALLS.get(1));
    }

    @Test
    void shouldReadCallsOfMistral() {
        assertThat(parse(ToolSyntax.MISTRAL, "[TOOL_CALLS] [" + ONE + ", " + TWO + "]"))
                .containsExactly("call " + CALLS.get(0), "call " + CALLS.get(1));
    }

    @Test
    void shouldReadCallsOfLlama() {
        String one = ONE.replace("arguments", "parameters");
        String two = TWO.replace("arguments", "parameters");
        assertThat(parse(ToolSyntax.LLAMA, one + "; " + two))
                .containsExactly("call " + CALLS.get(0), "call " + CALLS.get(1));
        assertThat(parse(ToolSyntax.LLAMA, "<|python_tag|>" + one)).containsExactly("call " + CALLS.get(0));
        assertThat(parse(ToolSyntax.LLAMA, "The answer is {4}.")).containsExactly("text The answer is {4}.");
    }

    @Test
    void shouldTakeArgumentsThatComeFirstOrAsAString() {
        assertThat(parse(ToolSyntax.HERMES, "<tool_call>{\"arguments\": {\"a\": 1}, \"name\": \"f\"}</tool_call>"))
                .containsExactly("call f {\"a\": 1}");
        assertThat(parse(
                        ToolSyntax.HERMES,
                        "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>"))
                .containsExactly("call f {\"a\": 1}");
    }

    @Test
    void shouldTakeForTextWhatIsNoCall() {
        assertThat(parse(ToolSyntax.HERMES, "<tool_call>sorry</tool_call>")).containsExactly("text sorry</tool_call>");
        assertThat(parse(ToolSyntax.HERMES, "a <tool_cal b < c")).containsExactly("text a <tool_cal b < c");
        assertThat(parse(ToolSyntax.LLAMA, "{\"answer\": 42}")).containsExactly("text {\"answer\": 42}");
        assertThat(parse(ToolSyntax.HERMES, "<tool_call>{\"na")).containsExactly("text {\"na");
    }

    @Test
    void shouldGiveOutACallThatIsCutShort() {
        assertThat(parse(ToolSyntax.HERMES, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": [1,"))
                .containsExactly("call f {\"a\": [1,");
    }

    @Test
    void shouldTellThoughtsFromText() {
        assertThat(parse(ToolSyntax.HERMES, "<think>\nHm. </thin\n</think>\n\nHi <think>"))
                .containsExactly("thought \nHm. </thin\n", "text Hi <think>");
        assertThat(parse(ToolSyntax.HERMES, "<thin air")).containsExactly("text <thin air");
        assertThat(parse(ToolSyntax.HERMES, "<think>endless")).containsExactly("thought endless");
    }

    /** Never fails, and loses nothing that is text. */
    @ParameterizedTest
    @EnumSource
    void shouldSurviveEverything(ToolSyntax syntax) {
        String[] pieces = {
            "<tool_call>",
            "</tool_call>",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            "name",
            "\"name\":",
            "\"arguments\":",
            "<think>",
            "</think>",
            ",",
            ";",
            " ",
            "\n",
            "[TOOL_CALLS]",
            "<|python_tag|>",
            "x",
            "\"f\"",
            "<"
        };
        for (int seed = 1; seed <= 2000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (int i = random.nextInt(25); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            assertThat(parse(syntax, text.toString()))
                    .as("seed %d: %s", seed, text)
                    .isNotNull();
        }
    }

    /** What the listener hears, put together, for the text in one piece and letter by letter. */
    private List<String> parse(ToolSyntax syntax, String text) {
        List<String> whole = parse(syntax, List.of(text));
        assertThat(parse(
                        syntax,
                        text.chars().mapToObj(c -> String.valueOf((char) c)).toList()))
                .isEqualTo(whole);
        return whole;
    }

    private List<String> parse(ToolSyntax syntax, List<String> pieces) {
        heard.clear();
        var parser = new OutputParser(Optional.of(syntax), true, new Listener());
        pieces.forEach(parser::append);
        parser.end();
        return List.copyOf(heard);
    }

    private final class Listener implements OutputListener {
        @Override
        public void text(String text) {
            add("text ", text);
        }

        @Override
        public void reasoning(String text) {
            add("thought ", text);
        }

        @Override
        public void callStarted(String name) {
            heard.add("call " + name + " ");
        }

        @Override
        public void callArguments(String json) {
            add("call ", json);
        }

        private void add(String kind, String text) {
            if (!heard.isEmpty() && heard.getLast().startsWith(kind)) {
                heard.set(heard.size() - 1, heard.getLast() + text);
            } else {
                heard.add(kind + text);
            }
        }
    }
}
