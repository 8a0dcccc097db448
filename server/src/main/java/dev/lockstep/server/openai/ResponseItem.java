package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A piece of a response: a message, reasoning, or the call of a function. */
record ResponseItem(
        String type,
        String id,
        String status,
        @Nullable String role,
        @Nullable List<Part> content,
        @Nullable List<Object> summary,
        @Nullable String callId,
        @Nullable String name,
        @Nullable String arguments) {
    static final String IN_PROGRESS = "in_progress";
    static final String COMPLETED = "completed";

    /** A piece of a message or of reasoning. */
    record Part(String type, String text, @Nullable List<Map<String, ?>> annotations) {
        static Part output(String text) {
            return new Part("output_text", text, List.of());
        }

        static Part reasoning(String text) {
            return new Part("reasoning_text", text, null);
        }
    }

    static ResponseItem message(String id, String status, List<Part> content) {
        return new ResponseItem("message", id, status, "assistant", content, null, null, null, null);
    }

    static ResponseItem reasoning(String id, String status, List<Part> content) {
        return new ResponseItem("reasoning", id, status, null, content, List.of(), null, null, null);
    }

    static ResponseItem call(String id, String status, String callId, String name, String arguments) {
        return new ResponseItem("function_call", id, status, null, null, null, callId, name, arguments);
    }

    /** The items of a whole answer, in the order in which they are streamed. */
    static List<ResponseItem> of(CompletionResult.Choice choice) {
        List<ResponseItem> items = new ArrayList<>();
        if (!choice.reasoning().isEmpty()) {
            items.add(reasoning(Words.id("rs_"), COMPLETED, List.of(Part.reasoning(choice.reasoning()))));
        }
        if (!choice.text().isEmpty() || choice.toolCalls().isEmpty()) {
            items.add(message(Words.id("msg_"), COMPLETED, List.of(Part.output(choice.text()))));
        }
        choice.toolCalls()
                .forEach(call -> items.add(call(Words.id("fc_"), COMPLETED, call.id(), call.name(), call.arguments())));
        return items;
    }
}
