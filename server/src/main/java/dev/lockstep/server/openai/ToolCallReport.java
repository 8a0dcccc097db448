package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionResult;
import org.jspecify.annotations.Nullable;

/** A call of a tool in a message; or a part of one in a stream, where later parts bring more arguments only. */
record ToolCallReport(
        @Nullable Integer index,
        @Nullable String id,
        @Nullable String type,
        Function function) {
    record Function(@Nullable String name, String arguments) {}

    static ToolCallReport whole(CompletionResult.ToolCall call) {
        return new ToolCallReport(null, call.id(), "function", new Function(call.name(), call.arguments()));
    }

    static ToolCallReport beginning(int index, String id, String name) {
        return new ToolCallReport(index, id, "function", new Function(name, ""));
    }

    static ToolCallReport more(int index, String arguments) {
        return new ToolCallReport(index, null, null, new Function(null, arguments));
    }
}
