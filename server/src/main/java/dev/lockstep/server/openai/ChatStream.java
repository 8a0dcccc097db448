package dev.lockstep.server.openai;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ErrorShape;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.server.serving.Streaming;
import dev.lockstep.text.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the answer to a chat as it comes. */
final class ChatStream implements Streaming.Reader {
    private final ChatHead head;
    private final ResponseStream output;
    private final Tokenizer tokenizer;
    private final boolean scored;
    private final boolean usage;
    private final PendingTokens pending = new PendingTokens();

    /**
     * @param scored whether log-probabilities were asked for
     * @param usage whether the client wants to know how many tokens there were
     */
    ChatStream(ChatHead head, ResponseStream output, Tokenizer tokenizer, boolean scored, boolean usage) {
        this.head = head;
        this.output = output;
        this.tokenizer = tokenizer;
        this.scored = scored;
        this.usage = usage;
    }

    /** Tells that each of some choices begins. */
    ChatStream begin(int choices) {
        for (int choice = 0; choice < choices; choice++) {
            send(choice, ChatChunk.Delta.BEGINNING, null, null);
        }
        return this;
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Token(int choice, ScoredToken token) -> {
                if (scored) {
                    pending.add(choice, token);
                }
            }
            case CompletionEvent.Text(int choice, String text) ->
                send(choice, ChatChunk.Delta.text(text), takeScores(choice), null);
            case CompletionEvent.Reasoning(int choice, String text) ->
                send(choice, ChatChunk.Delta.reasoning(text), takeScores(choice), null);
            case CompletionEvent.ToolCallStarted(int choice, int call, String id, String name) ->
                send(choice, ChatChunk.Delta.call(ToolCallReport.beginning(call, id, name)), null, null);
            case CompletionEvent.ToolCallArguments(int choice, int call, String json) ->
                send(choice, ChatChunk.Delta.call(ToolCallReport.more(call, json)), null, null);
            case CompletionEvent.ChoiceFinished(int choice, FinishReason reason) -> finish(choice, reason);
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Completed _,
                    CompletionEvent.Failed _ -> {}
        }
    }

    @Override
    public void keepAlive() {
        output.comment();
    }

    @Override
    public void end(CompletionResult result) {
        if (usage || result.receipt().isPresent()) {
            output.event(ChatChunk.end(
                    head,
                    UsageReport.of(result.usage()),
                    TimingReport.of(result),
                    result.receipt().orElse(null)));
        }
        output.done();
    }

    @Override
    public void fail(ApiException failure) {
        output.event(ErrorShape.OPENAI.body(failure.error()));
    }

    private void finish(int choice, FinishReason reason) {
        if (reason != FinishReason.CANCELLED) {
            send(choice, ChatChunk.Delta.NOTHING, takeScores(choice), Words.finishReason(reason));
        }
    }

    private @Nullable LogProbabilities takeScores(int choice) {
        List<ScoredToken> tokens = pending.take(choice);
        return tokens.isEmpty() ? null : LogProbabilities.of(tokenizer, tokens);
    }

    private void send(
            int choice, ChatChunk.Delta delta, @Nullable LogProbabilities scores, @Nullable String finishReason) {
        output.event(ChatChunk.of(head, new ChatChunk.Choice(choice, delta, scores, finishReason)));
    }
}
