package dev.lockstep.engine.assistant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.template.Message;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AssistantTest {
    enum Colour {
        RED,
        GREEN
    }

    record Point(int x, long y) {}

    record Everything(
            String text,
            boolean yes,
            double number,
            BigDecimal exact,
            Colour colour,
            Point point,
            List<Point> points,
            Optional<String> maybe,
            Map<String, Integer> counts) {}

    record City(String name) {}

    record Small(Colour colour, boolean yes) {}

    @Test
    void shouldReadRecordsOfTheirSchema() {
        Json json = Json.parse(
                "{\"text\":\"a\",\"yes\":true,\"number\":1.5,\"exact\":2.50,\"colour\":\"GREEN\",\"point\":{\"x\":1,\"y\":2},"
                        + "\"points\":[{\"x\":3,\"y\":4}],\"counts\":{\"k\":7}}");
        assertThat(RecordJson.read(json, Everything.class))
                .isEqualTo(new Everything(
                        "a",
                        true,
                        1.5,
                        new BigDecimal("2.50"),
                        Colour.GREEN,
                        new Point(1, 2),
                        List.of(new Point(3, 4)),
                        Optional.empty(),
                        Map.of("k", 7)));
        assertThat(RecordJson.schema(City.class))
                .hasToString(
                        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"],"
                                + "\"additionalProperties\":false}");
        record Odd(Object thing) {}
        assertThatThrownBy(() -> RecordJson.schema(Odd.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("java.lang.Object cannot be JSON");
    }

    /** The machine makes noise; only the record's form makes sense of it. */
    @Test
    void shouldAnswerWithARecord() {
        try (var service = open(FakeMachine.hashing(3000, 64))) {
            var assistant = new Assistant(service).system("Be brief.");
            Small small = assistant.ask("Which?", Small.class);
            assertThat(small.colour()).isIn(Colour.RED, Colour.GREEN);
            assertThat(assistant.history()).hasSize(3);
            assertThat(assistant.fork().ask("Which?", Small.class)).isNotNull();
            assertThat(assistant.history()).hasSize(3);
            assertThatThrownBy(() -> assistant.maxTokens(3).ask("Which?", Small.class))
                    .isInstanceOf(EngineException.class)
                    .hasMessageStartingWith("the answer was cut short");
        }
    }

    @Test
    void shouldCallFunctionsAndStreamTheAnswer() {
        String call = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"name\": \"Bonn\"}}\n</tool_call>";
        List<String> heard = new ArrayList<>();
        List<String> asked = new ArrayList<>();
        try (var service = open(scripted(call, "It rains."))) {
            var assistant = new Assistant(service).tool("weather", "Says how the weather is.", City.class, city -> {
                asked.add(city.name());
                return "rain";
            });
            assertThat(assistant.ask("How is it in Bonn?", heard::add)).isEqualTo("It rains.");
            assertThat(String.join("", heard)).isEqualTo("It rains.");
            assertThat(asked).containsExactly("Bonn");
            assertThat(assistant.history().stream().map(Message::role))
                    .containsExactly("user", "assistant", "tool", "assistant");
            assertThat(assistant.history().get(2).content()).isEqualTo("rain");
        }
    }

    private static InferenceService open(FakeMachine machine) {
        return InferenceService.open(
                new FakeModel()
                        .openWithTemplate(
                                machine,
                                "{% for m in messages %}{{ m.role }}: {{ m.content }};{% endfor %}{{ tools | tojson if tools }}>"),
                ServiceOptions.DEFAULT);
    }

    /** Says the first text to a prompt without the result of a call, the other one to one with it. */
    private static FakeMachine scripted(String first, String second) {
        return new FakeMachine(TinyTokenizer.SIZE, 3000, 64, tokens -> {
            byte[] bytes = new byte[tokens.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (int) tokens.get(i);
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            String answer = text.contains("tool: rain") ? second : first;
            int begun = text.lastIndexOf("}}]>") < 0 ? 0 : text.length() - text.lastIndexOf("}}]>") - 4;
            float[] logits = new float[TinyTokenizer.SIZE];
            logits[begun < answer.length() ? answer.charAt(begun) : TinyTokenizer.END] = 10;
            return logits;
        });
    }
}
