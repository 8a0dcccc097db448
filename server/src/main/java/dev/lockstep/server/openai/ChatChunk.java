package dev.lockstep.server.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.service.Receipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of the answer to a chat. */
record ChatChunk(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @Nullable UsageReport usage,
        @Nullable TimingReport timings,
        @Nullable Receipt receipt) {
    record Choice(
            int index,
            Delta delta,
            @JsonInclude @Nullable LogProbabilities logprobs,
            @JsonInclude @Nullable String finishReason) {}

    /** What is new. */
    record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable String reasoningContent,
            @Nullable List<ToolCallReport> toolCalls) {
        static final Delta BEGINNING = new Delta("assistant", "", null, null);
        static final Delta NOTHING = new Delta(null, null, null, null);

        static Delta text(String text) {
            return new Delta(null, text, null, null);
        }

        static Delta reasoning(String text) {
            return new Delta(null, null, text, null);
        }

        static Delta call(ToolCallReport call) {
            return new Delta(null, null, null, List.of(call));
        }
    }

    static ChatChunk of(ChatHead head, Choice choice) {
        return chunk(head, List.of(choice), null, null, null);
    }

    /** The last piece: it has no choices, as clients expect of one with usage. */
    static ChatChunk end(ChatHead head, UsageReport usage, TimingReport timings, @Nullable Receipt receipt) {
        return chunk(head, List.of(), usage, timings, receipt);
    }

    private static ChatChunk chunk(
            ChatHead head,
            List<Choice> choices,
            @Nullable UsageReport usage,
            @Nullable TimingReport timings,
            @Nullable Receipt receipt) {
        return new ChatChunk(
                head.id(),
                "chat.completion.chunk",
                head.created(),
                head.model(),
                head.systemFingerprint(),
                choices,
                usage,
                timings,
                receipt);
    }
}
