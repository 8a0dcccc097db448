package dev.lockstep.engine.service;

import dev.lockstep.engine.ChatMessage;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.PlainFormat;
import dev.lockstep.engine.Prompt;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.ChatTemplate;
import dev.lockstep.text.template.Message;
import dev.lockstep.text.template.TemplateException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From what a request puts to the model to tokens. Immutable. */
final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final String source;
    private final PlainFormat plain = new PlainFormat();

    PromptEncoder(Lockstep model) {
        this.tokenizer = model.tokenizer();
        this.template = model.chatTemplate();
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
            case Input.Continue(Prompt prompt) -> prompt.encode(tokenizer);
            case Conversation conversation -> new Prompt.Text(render(conversation) + begun, true).encode(tokenizer);
        };
    }

    String render(Conversation conversation) {
        List<Tool> tools = conversation.toolChoice() instanceof ToolChoice.None ? List.of() : conversation.tools();
        boolean knowsTools = source.contains("tools");
        List<Message> messages = tools.isEmpty() || knowsTools
                ? conversation.messages()
                : ToolPrompts.explained(conversation.messages(), tools);
        if (template.isEmpty()) {
            return plain.render(messages.stream().map(PromptEncoder::plain).toList());
        }
        List<Map<String, ?>> descriptions = knowsTools ? ToolPrompts.descriptions(tools) : List.of();
        try {
            return template.get()
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
        return template.isEmpty() && input instanceof Conversation ? plain.stopStrings() : List.of();
    }

    private static ChatMessage plain(Message message) {
        if (message.content() instanceof String text) {
            return new ChatMessage(message.role(), text);
        }
        throw new InvalidRequestException(
                "input", "this model has no chat template, so that the content of a message must be text");
    }
}
