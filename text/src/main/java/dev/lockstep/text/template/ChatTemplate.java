package dev.lockstep.text.template;

import dev.lockstep.formats.Metadata;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The template that turns a conversation into the prompt of a model. It sees the variables {@code messages},
 * {@code add_generation_prompt}, {@code bos_token}, {@code eos_token}, {@code tools} and {@code documents} (none if
 * there are none), as with {@code apply_chat_template} of the transformers library.
 */
public final class ChatTemplate {
    /** The key of the template in GGUF metadata. */
    public static final String METADATA_KEY = "tokenizer.chat_template";

    /** ChatML without a default system message: for models that bring no template, on the user's request only. */
    public static final String CHATML = """
            {%- for message in messages -%}
            {{- '<|im_start|>' ~ message.role ~ '\\n' ~ message.content ~ '<|im_end|>\\n' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
            {{- '<|im_start|>assistant\\n' -}}
            {%- endif -%}
            """;

    private final Template template;
    private final String bosToken;
    private final String eosToken;
    private final Clock clock;

    /** @throws TemplateException if the source is not a template */
    public ChatTemplate(String source, String bosToken, String eosToken) {
        this(source, bosToken, eosToken, Clock.systemDefaultZone());
    }

    /** @param clock what {@code strftime_now} in the template reads */
    public ChatTemplate(String source, String bosToken, String eosToken, Clock clock) {
        this.template = Template.parse(source);
        this.bosToken = bosToken;
        this.eosToken = eosToken;
        this.clock = clock;
    }

    /**
     * The template that the model file brings, or empty if it brings none; then {@link #CHATML} is a guess that the user
     * has to ask for.
     *
     * @throws TemplateException if what the file brings is not a template
     */
    public static Optional<ChatTemplate> of(Metadata metadata, String bosToken, String eosToken) {
        return metadata.string(METADATA_KEY).map(source -> new ChatTemplate(source, bosToken, eosToken));
    }

    /**
     * Renders the prompt.
     *
     * @param addGenerationPrompt whether the prompt ends with the beginning of an answer
     * @param tools descriptions of tools in JSON schema form; empty if there are none
     * @param extra further variables, such as {@code enable_thinking}; they replace the ones of this class
     * @throws TemplateException if the template fails or refuses the conversation; a sentence that the template itself
     *     raises is the message of the exception
     */
    public String render(
            List<Message> messages, boolean addGenerationPrompt, List<Map<String, ?>> tools, Map<String, ?> extra) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", messages.stream().map(Message::asVariable).toList());
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("bos_token", bosToken);
        variables.put("eos_token", eosToken);
        variables.put("tools", tools.isEmpty() ? null : tools);
        variables.put("documents", null);
        variables.putAll(extra);
        return template.render(variables, clock);
    }
}
