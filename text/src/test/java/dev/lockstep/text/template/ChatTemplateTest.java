package dev.lockstep.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.Metadata;
import dev.lockstep.formats.MetadataMap;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
    private static final List<Message> CONVERSATION = List.of(
            Message.of("system", "Be brief."),
            Message.of("user", "Hi"),
            Message.of("assistant", "Hello!"),
            Message.of("user", "Bye"));

    @Test
    void shouldGiveTheTemplateTheVariablesOfTransformers() {
        ChatTemplate template = new ChatTemplate(
                "{{ bos_token }}|{{ eos_token }}|{{ messages|length }}|{{ messages[0].role }}|"
                        + "{{ add_generation_prompt }}|{{ tools }}|{{ documents }}|{{ enable_thinking }}",
                "<s>",
                "</s>");
        assertThat(template.render(CONVERSATION, true, List.of(), Map.of("enable_thinking", false)))
                .isEqualTo("<s>|</s>|4|system|True|None|None|False");
    }

    @Test
    void shouldPassToolsPartsAndFurtherFields() {
        ChatTemplate template = new ChatTemplate(
                "{{ tools|tojson }} {% for m in messages %}{{ m.content if m.content is string else m.content[0].text }}"
                        + "{{ m.tool_calls[0].name if m.tool_calls }};{% endfor %}",
                "", "");
        List<Message> messages = List.of(
                new Message("user", List.of(Map.of("type", "text", "text", "part")), Map.of()),
                new Message("assistant", "", Map.of("tool_calls", List.of(Map.of("name", "weather")))));
        assertThat(template.render(messages, false, List.of(Map.of("name", "weather")), Map.of()))
                .isEqualTo("[{\"name\": \"weather\"}] part;weather;");
    }

    @Test
    void shouldTellTheTimeOfTheGivenClock() {
        Clock clock = Clock.fixed(Instant.parse("2024-07-26T12:00:00Z"), ZoneOffset.UTC);
        ChatTemplate template = new ChatTemplate("{{ strftime_now('%d %b %Y') }}", "", "", clock);
        assertThat(template.render(List.of(), false, List.of(), Map.of())).isEqualTo("26 Jul 2024");
    }

    @Test
    void shouldSpeakChatmlWhenAsked() {
        assertThat(new ChatTemplate(ChatTemplate.CHATML, "", "").render(CONVERSATION, true, List.of(), Map.of()))
                .isEqualTo("""
                        <|im_start|>system
                        Be brief.<|im_end|>
                        <|im_start|>user
                        Hi<|im_end|>
                        <|im_start|>assistant
                        Hello!<|im_end|>
                        <|im_start|>user
                        Bye<|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @Test
    void shouldReadTheTemplateOfTheModel() {
        ChatTemplate template = ChatTemplate.of(metadata("{{ messages[0].content }}{{ eos_token }}"), "<s>", "</s>")
                .orElseThrow();
        assertThat(template.render(CONVERSATION, false, List.of(), Map.of())).isEqualTo("Be brief.</s>");
        assertThat(ChatTemplate.of(new MetadataMap("test.gguf"), "<s>", "</s>")).isEmpty();
    }

    @Test
    void shouldRefuseABrokenTemplateOfTheModel() {
        assertThatThrownBy(() -> ChatTemplate.of(metadata("{{ messages"), "", ""))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("line 1, column 1");
    }

    @Test
    void shouldRefuseContentThatIsNeitherTextNorParts() {
        assertThatThrownBy(() -> new Message("user", 5, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Integer");
    }

    private static Metadata metadata(String template) {
        return new MetadataMap("test.gguf").put(ChatTemplate.METADATA_KEY, template);
    }
}
