package dev.lockstep.server.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Receipt;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a chat, in one piece. */
record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        UsageReport usage,
        TimingReport timings,
        @Nullable Receipt receipt) {
    record Choice(
            int index,
            Message message,
            @JsonInclude @Nullable LogProbabilities logprobs,
            String finishReason) {}

    /** @param content null if there are only calls of tools */
    record Message(
            String role,
            @JsonInclude @Nullable String content,
            @JsonInclude @Nullable String refusal,
            @Nullable String reasoningContent,
            @Nullable List<ToolCallReport> toolCalls) {}

    /** @param scored whether log-probabilities were asked for */
    static ChatCompletion of(ChatHead head, CompletionResult result, Tokenizer tokenizer, boolean scored) {
        List<Choice> choices = new ArrayList<>();
        for (CompletionResult.Choice choice : result.choices()) {
            choices.add(new Choice(
                    choices.size(),
                    message(choice),
                    scored ? LogProbabilities.of(tokenizer, choice.tokens()) : null,
                    Words.finishReason(choice.finishReason())));
        }
        return new ChatCompletion(
                head.id(),
                "chat.completion",
                head.created(),
                head.model(),
                head.systemFingerprint(),
                choices,
                UsageReport.of(result.usage()),
                TimingReport.of(result),
                result.receipt().orElse(null));
    }

    private static Message message(CompletionResult.Choice choice) {
        List<ToolCallReport> calls =
                choice.toolCalls().stream().map(ToolCallReport::whole).toList();
        return new Message(
                "assistant",
                calls.isEmpty() || !choice.text().isEmpty() ? choice.text() : null,
                null,
                choice.reasoning().isEmpty() ? null : choice.reasoning(),
                calls.isEmpty() ? null : calls);
    }
}
