package dev.lockstep.engine.assistant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.text.template.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConversationTest {
    private static final String TEMPLATE = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";

    private final FakeModel fake = new FakeModel();

    /** The prompts that the machine was to continue. */
    private final List<String> prompts = new ArrayList<>();

    @Test
    void shouldPutEveryTurnBehindTheOnesBefore() {
        FakeMachine machine = answering("]", "Fine!");
        try (var service = open(fake.openWithTemplate(machine, TEMPLATE))) {
            Assistant chat = new Assistant(service).system("Be kind.");
            assertThat(chat.ask("Hello?")).isEqualTo("Fine!");
            int before = machine.tokensComputed();
            CompletionResult second = chat.answer("And you?", _ -> {});
            assertThat(prompts)
                    .containsExactly(
                            "[system]Be kind.[user]Hello?[assistant]",
                            "[system]Be kind.[user]Hello?[assistant]Fine![user]And you?[assistant]");
            assertThat(machine.tokensComputed() - before).isEqualTo("[user]And you?[assistant]Fine!".length());
            assertThat(second.usage().cachedTokens())
                    .isEqualTo(1 + prompts.getFirst().length() + 5);
            assertThat(chat.history())
                    .containsExactly(
                            Message.of("system", "Be kind."),
                            Message.of("user", "Hello?"),
                            Message.of("assistant", "Fine!"),
                            Message.of("user", "And you?"),
                            Message.of("assistant", "Fine!"));
        }
        assertThat(fake.warnings).isEmpty();
    }

    @Test
    void shouldForgetAllButTheSystemMessageAndReplaceThat() {
        try (var service = open(fake.openWithTemplate(answering("]", "ok"), TEMPLATE))) {
            var chat = new Assistant(service);
            chat.ask("one");
            chat.system("first").system("second").reset();
            assertThat(chat.history()).containsExactly(Message.of("system", "second"));
        }
    }

    @Test
    void shouldTalkPlainlyWithoutATemplateAndSaySo() {
        try (var service = open(fake.open(answering("Assistant:", " Yes.\n\nUser: invented")))) {
            Assistant chat = new Assistant(service).system("Be brief.");
            assertThat(chat.ask("Is it?")).isEqualTo(" Yes.\n");
            assertThat(fake.warnings).singleElement().asString().contains("fake.gguf has no chat template");
            chat.ask("Sure?");
            assertThat(fake.warnings).hasSize(1);
            assertThat(prompts.getLast())
                    .isEqualTo("Be brief.\n\nUser: Is it?\n\nAssistant: Yes.\n\nUser: Sure?\n\nAssistant:");
        }
    }

    @Test
    void shouldKeepItsHistoryWhenATurnFails() {
        try (var service = open(fake.openWithTemplate(answering("]", "ok"), TEMPLATE))) {
            var chat = new Assistant(service);
            chat.ask("short");
            assertThatThrownBy(() -> chat.ask("long".repeat(200)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("but the context holds 512");
            assertThat(chat.history()).hasSize(2);
        }
    }

    @Test
    void shouldExplainTemplatesThatAreBrokenOrRefuse() {
        try (var service = open(fake.openWithTemplate(answering("]", "ok"), "{% for %}"))) {
            assertThatThrownBy(() -> new Assistant(service).ask("x"))
                    .isInstanceOf(EngineException.class)
                    .hasMessageStartingWith("fake.gguf: tokenizer.chat_template: ");
            assertThat(service.generate("x]", _ -> {}).text()).isEqualTo("ok");
        }
        try (var service = open(fake.openWithTemplate(answering("]", "ok"), "{{ raise_exception('No thanks.') }}"))) {
            assertThatThrownBy(() -> new Assistant(service).ask("x"))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("the model's chat template refuses: No thanks.");
        }
    }

    private static InferenceService open(Lockstep model) {
        return InferenceService.open(model, ServiceOptions.DEFAULT.withSpeculation(false));
    }

    /** Continues whatever ends with {@code cue} by {@code answer}. */
    private FakeMachine answering(String cue, String answer) {
        return new FakeMachine(TinyTokenizer.SIZE, 512, 16, tokens -> {
            String text = text(tokens);
            int spoken = text.lastIndexOf(cue) + cue.length();
            String said = text.substring(spoken);
            if (said.isEmpty()) {
                prompts.add(text);
            }
            float[] logits = new float[TinyTokenizer.SIZE];
            boolean more = answer.startsWith(said) && said.length() < answer.length();
            logits[more ? answer.charAt(said.length()) : TinyTokenizer.END] = 100;
            return logits;
        });
    }

    private static String text(List<Integer> tokens) {
        byte[] bytes = new byte[tokens.size() - 1];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = tokens.get(i + 1).byteValue();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
