package dev.lockstep.engine.service;

import dev.lockstep.text.template.Message;
import java.util.List;
import java.util.Map;

/**
 * Messages that the model's chat template turns into a prompt for the next answer.
 *
 * @param tools what the model may call
 * @param toolChoice whether it may, must or must not
 * @param parallelToolCalls whether one answer may call several tools
 * @param templateVariables further variables of the template, such as {@code enable_thinking}
 */
public record Conversation(
        List<Message> messages,
        List<Tool> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        Map<String, ?> templateVariables)
        implements Input {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        templateVariables = Map.copyOf(templateVariables);
    }

    /** Without tools. */
    public static Conversation of(List<Message> messages) {
        return new Conversation(messages, List.of(), ToolChoice.AUTO, true, Map.of());
    }

    /** One message of a user. */
    public static Conversation of(String content) {
        return of(List.of(Message.of("user", content)));
    }

    public Conversation withTools(List<Tool> tools, ToolChoice toolChoice, boolean parallelToolCalls) {
        return new Conversation(messages, tools, toolChoice, parallelToolCalls, templateVariables);
    }

    public Conversation withTemplateVariables(Map<String, ?> templateVariables) {
        return new Conversation(messages, tools, toolChoice, parallelToolCalls, templateVariables);
    }
}
