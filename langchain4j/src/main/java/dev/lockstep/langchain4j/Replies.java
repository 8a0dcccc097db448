package dev.lockstep.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.ContextExceededException;
import dev.lockstep.engine.service.OverloadedException;
import java.util.List;
import java.util.concurrent.CompletionException;

/** The engine's answers in the terms of LangChain4j. */
final class Replies {
    private Replies() {}

    static ChatResponse of(String model, long id, CompletionResult result) {
        CompletionResult.Choice choice = result.choices().getFirst();
        List<ToolExecutionRequest> calls =
                choice.toolCalls().stream().map(Replies::call).toList();
        AiMessage.Builder message = AiMessage.builder();
        if (calls.isEmpty() || !choice.text().isEmpty()) {
            message.text(choice.text());
        }
        if (!choice.reasoning().isEmpty()) {
            message.thinking(choice.reasoning());
        }
        if (!calls.isEmpty()) {
            message.toolExecutionRequests(calls);
        }
        return ChatResponse.builder()
                .aiMessage(message.build())
                .id(String.valueOf(id))
                .modelName(model)
                .tokenUsage(new TokenUsage(
                        result.usage().promptTokens(), result.usage().completionTokens()))
                .finishReason(finishReason(choice.finishReason()))
                .build();
    }

    static ToolExecutionRequest call(CompletionResult.ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.id())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    /** What LangChain4j calls what went wrong. */
    static RuntimeException failure(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (cause) {
            case dev.lockstep.engine.service.InvalidRequestException invalid ->
                new InvalidRequestException(invalid.getMessage(), invalid);
            case ContextExceededException exceeded -> new InvalidRequestException(exceeded.getMessage(), exceeded);
            case OverloadedException overloaded -> new RateLimitException(overloaded.getMessage(), overloaded);
            case RuntimeException other -> other;
            default -> new IllegalStateException(cause);
        };
    }

    private static FinishReason finishReason(dev.lockstep.engine.FinishReason reason) {
        return switch (reason) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case TOOL_CALLS -> FinishReason.TOOL_EXECUTION;
            case CANCELLED -> FinishReason.OTHER;
        };
    }
}
