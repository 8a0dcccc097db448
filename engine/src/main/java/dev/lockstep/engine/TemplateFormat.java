package dev.lockstep.engine;

import dev.lockstep.text.template.ChatTemplate;
import dev.lockstep.text.template.Message;
import dev.lockstep.text.template.TemplateException;
import java.util.List;
import java.util.Map;

/** The model's own chat template; answers end with its own tokens. */
record TemplateFormat(ChatTemplate template) implements ConversationFormat {
    @Override
    public String render(List<ChatMessage> messages) {
        List<Message> rendered = messages.stream()
                .map(message -> Message.of(message.role(), message.content()))
                .toList();
        try {
            return template.render(rendered, true, List.of(), Map.of());
        } catch (TemplateException refused) {
            throw new EngineException("the model's chat template refuses: " + refused.getMessage(), refused);
        }
    }

    @Override
    public List<String> stopStrings() {
        return List.of();
    }
}
