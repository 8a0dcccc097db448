package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatTest {
    private static final String TEMPLATE = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";

    private final FakeModel fake = new FakeModel();

    /** The prompts that the machine was to continue. */
    private final List<String> prompts = new ArrayList<>();

    @Test
    void shouldPutEveryTurnBehindTheOnesBefore() {
        FakeMachine machine = answering("]", "Fine!");
        try (Lockstep model = fake.openWithTemplate(machine, TEMPLATE)) {
            Chat chat = model.chat().system("Be kind.");
            assertThat(chat.say("Hello?", GenerationOptions.GREEDY, _ -> {}).text())
                    .isEqualTo("Fine!");
            int before = machine.tokensComputed();
            Generation second = chat.say("And you?", GenerationOptions.GREEDY, _ -> {});
            assertThat(prompts)
                    .containsExactly(
                            "[system]Be kind.[user]Hello?[assistant]",
                            "[system]Be kind.[user]Hello?[assistant]Fine![user]And you?[assistant]");
            assertThat(machine.tokensComputed() - before).isEqualTo("[user]And you?[assistant]Fine!".length());
            assertThat(second.statistics().cachedTokens())
                    .isEqualTo(1 + prompts.getFirst().length() + 5);
            assertThat(chat.history())
                    .containsExactly(
                            new ChatMessage("system", "Be kind."),
                            new ChatMessage("user", "Hello?"),
                            new ChatMessage("assistant", "Fine!"),
                            new ChatMessage("user", "And you?"),
                            new ChatMessage("assistant", "Fine!"));
        }
        assertThat(fake.warnings).isEmpty();
    }

    @Test
    void shouldForgetAllButTheSystemMessageAndReplaceThat() {
        try (Lockstep model = fake.openWithTemplate(answering("]", "ok"), TEMPLATE)) {
            Chat chat = model.chat();
            chat.say("one", _ -> {});
            chat.system("first").system("second").reset();
            assertThat(chat.history()).containsExactly(new ChatMessage("system", "second"));
        }
    }

    @Test
    void shouldTalkPlainlyWithoutATemplateAndSaySo() {
        try (Lockstep model = fake.open(answering("Assistant:", " Yes.\n\nUser: invented"))) {
            Chat chat = model.chat().system("Be brief.");
            assertThat(fake.warnings).singleElement().asString().contains("fake.gguf has no chat template");
            assertThat(chat.say("Is it?", GenerationOptions.GREEDY, _ -> {}).text())
                    .isEqualTo(" Yes.\n");
            chat.say("Sure?", GenerationOptions.GREEDY, _ -> {});
            assertThat(prompts.getLast())
                    .isEqualTo("Be brief.\n\nUser: Is it?\n\nAssistant: Yes.\n\nUser: Sure?\n\nAssistant:");
        }
    }

    @Test
    void shouldKeepItsHistoryWhenATurnFails() {
        try (Lockstep model = fake.openWithTemplate(answering("]", "ok"), TEMPLATE)) {
            Chat chat = model.chat();
            chat.say("short", _ -> {});
            assertThatThrownBy(() -> chat.say("long".repeat(200), _ -> {}))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("but the context holds 512");
            assertThat(chat.history()).hasSize(2);
        }
    }

    @Test
    void shouldExplainTemplatesThatAreBrokenOrRefuse() {
        try (Lockstep model = fake.openWithTemplate(answering("]", "ok"), "{% for %}")) {
            assertThatThrownBy(model::chat)
                    .isInstanceOf(EngineException.class)
                    .hasMessageStartingWith("fake.gguf: tokenizer.chat_template: ");
            assertThat(model.generate("x]", _ -> {}).text()).isEqualTo("ok");
        }
        try (Lockstep model = fake.openWithTemplate(answering("]", "ok"), "{{ raise_exception('No thanks.') }}")) {
            assertThatThrownBy(() -> model.chat().say("x", _ -> {}))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("the model's chat template refuses: No thanks.");
        }
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
