package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.Prompt;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.ChatTemplate;
import dev.lockstep.text.template.Message;
import dev.lockstep.text.template.TemplateException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** From what a request puts to the model to tokens. */
final class PromptEncoder {
    private final Lockstep model;
    private final Tokenizer tokenizer;
    private final String source;

    /** Read with the first conversation; texts to continue need none. */
    private final Supplier<Optional<ChatTemplate>> template;

    PromptEncoder(Lockstep model) {
        this.model = model;
        this.tokenizer = model.tokenizer();
        this.template = new Once<>(this::readTemplate);
        this.source = model.metadata().string(ChatTemplate.METADATA_KEY).orElse("");
    }

    /** How the model writes calls of tools. */
    ToolSyntax toolSyntax() {
        return ToolSyntax.of(source);
    }

    /** Whether the model writes what it thinks between marks. */
    boolean thinks() {
        return source.contains("<think>") || source.contains("</think>");
    }

    int[] encode(Input input) {
        return encode(input, "");
    }

    /** @param begun how the answer is to begin */
    int[] encode(Input input, String begun) {
        return switch (input) {
            case Input.Continue(Prompt.Fill _)
            when tokenizer.fillTokens().isEmpty() ->
                throw new InvalidRequestException("input", "this model does not fill in the middle");
            case Input.Continue(Prompt prompt) -> prompt.encode(tokenizer);
            case RecordedPrompt recorded -> new Prompt.Tokens(recorded.tokens()).encode(tokenizer);
            case Conversation conversation -> new Prompt.Text(render(conversation) + begun, true).encode(tokenizer);
        };
    }

    String render(Conversation conversation) {
        List<Tool> tools = conversation.toolChoice() instanceof ToolChoice.None ? List.of() : conversation.tools();
        boolean knowsTools = source.contains("tools");
        List<Message> messages = tools.isEmpty() || knowsTools
                ? conversation.messages()
                : ToolPrompts.explained(conversation.messages(), tools);
        Optional<ChatTemplate> form = template.get();
        if (form.isEmpty()) {
            return PlainFormat.render(messages);
        }
        List<Map<String, ?>> descriptions = knowsTools ? ToolPrompts.descriptions(tools) : List.of();
        try {
            return form.get()
                    .render(
                            messages.stream().map(ToolPrompts::normalized).toList(),
                            true,
                            descriptions,
                            conversation.templateVariables());
        } catch (TemplateException refused) {
            throw new InvalidRequestException("input", "the model's chat template refuses: " + refused.getMessage());
        }
    }

    /** What ends an answer besides the tokens that end it. */
    List<String> stopStrings(Input input) {
        return input instanceof Conversation && template.get().isEmpty() ? PlainFormat.STOP_STRINGS : List.of();
    }

    private Optional<ChatTemplate> readTemplate() {
        Optional<ChatTemplate> found = model.chatTemplate();
        if (found.isEmpty()) {
            model.warn(model.name() + " has no chat template, so that the conversation is put to it as plain text"
                    + " (\"User: ...\", \"Assistant: ...\"); do not expect much");
        }
        return found;
    }
}
