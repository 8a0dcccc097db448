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
import java.util.Optional;

/** From what a request puts to the model to tokens. Immutable. */
final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final PlainFormat plain = new PlainFormat();

    PromptEncoder(Lockstep model) {
        this.tokenizer = model.tokenizer();
        this.template = model.chatTemplate();
    }

    int[] encode(Input input) {
        return switch (input) {
            case Input.Continue(Prompt prompt) -> prompt.encode(tokenizer);
            case Conversation conversation -> new Prompt.Text(render(conversation), true).encode(tokenizer);
        };
    }

    String render(Conversation conversation) {
        if (template.isEmpty()) {
            return plain.render(
                    conversation.messages().stream().map(PromptEncoder::plain).toList());
        }
        try {
            return template.get().render(conversation.messages(), true, List.of(), conversation.templateVariables());
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
