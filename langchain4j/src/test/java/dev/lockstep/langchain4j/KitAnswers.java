package dev.lockstep.langchain4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What a good model says to the questions of LangChain4j's kits, told from the prompt that reaches the machine. */
final class KitAnswers implements Function<String, List<String>> {
    private static final Pattern SAID =
            Pattern.compile(Pattern.quote(Dialect.USER) + "(.*?)" + Pattern.quote(Dialect.END), Pattern.DOTALL);
    private static final Pattern COLOUR = Pattern.compile("my favorite color is (\\w+)");

    private static final Map<String, String> FACTS = Map.of(
            "What is the capital of Germany?", "The capital of Germany is Berlin.",
            "What is the capital of Germany? How much is 2 + 2?", "The capital of Germany is Berlin, and 2 + 2 is 4.",
            "Say 'Hello World'", "Hello World",
            "Tell me a long story about animals", "Once upon a time a dog met a cat. ".repeat(40),
            "hi", "This is a text of some length, which comes in many parts. ".repeat(4),
            "hello", "Good day to you, too, and a fine morning it is.");

    private final Dialect dialect;

    KitAnswers(Dialect dialect) {
        this.dialect = dialect;
    }

    @Override
    public List<String> apply(String prompt) {
        List<String> said = new ArrayList<>();
        List<String> results = new ArrayList<>();
        SAID.matcher(prompt).results().map(match -> match.group(1)).forEach(text -> {
            if (text.startsWith(Dialect.RESULT)) {
                results.add(text.substring(Dialect.RESULT.length()));
            } else {
                said.add(text);
                results.clear();
            }
        });
        return answers(prompt, said, results);
    }

    private List<String> answers(String prompt, List<String> said, List<String> results) {
        String question = said.getLast();
        boolean weather = question.contains("weather in Munich");
        if (!results.isEmpty()) {
            return List.of("It is " + String.join(", and it is ", results) + ".", "{\"weather\": \"sunny\"}");
        }
        if (weather && question.contains("time in France") && knows(prompt, "getTime")) {
            return calls(
                    new Dialect.Call("getWeather", "{\"city\": \"Munich\"}"),
                    new Dialect.Call("getTime", "{\"country\": \"France\"}"));
        }
        if (weather && knows(prompt, "getWeather")) {
            return calls(new Dialect.Call("getWeather", "{\"city\": \"Munich\"}"));
        }
        if (question.contains("get_current_time") && knows(prompt, "get_current_time")) {
            return calls(new Dialect.Call("get_current_time", "{}"));
        }
        if (question.equals("I live in Munich")) {
            List<String> answers = new ArrayList<>(List.of("Munich is a fine city."));
            answers.addAll(calls(new Dialect.Call("getWeather", "{\"city\": \"Munich\"}")));
            return answers;
        }
        if (question.contains("favorite color")) {
            return COLOUR.matcher(prompt)
                    .results()
                    .map(match -> "Your favorite color is " + match.group(1) + ".")
                    .toList();
        }
        if (said.getFirst().contains("into German") && question.contains("I love you")) {
            return List.of("Ich liebe dich.");
        }
        return List.of(
                FACTS.getOrDefault(question, "Nobody told me what to say to: " + question), "{\"city\": \"Berlin\"}");
    }

    private static boolean knows(String prompt, String tool) {
        return prompt.contains(Dialect.TOOLS) && prompt.contains('"' + tool + '"');
    }

    private List<String> calls(Dialect.Call... calls) {
        List<String> answers = new ArrayList<>();
        if (dialect.hasBareCalls()) {
            answers.add(dialect.calls(List.of(calls), true));
        }
        answers.add(dialect.calls(List.of(calls), false));
        return answers;
    }
}
