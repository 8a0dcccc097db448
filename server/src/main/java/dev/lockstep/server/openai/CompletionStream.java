package dev.lockstep.server.openai;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.text.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends the continuations of one text as they come. */
final class CompletionStream implements Consumer<CompletionEvent> {
    private final ChatHead head;
    private final ResponseStream output;
    private final Tokenizer tokenizer;
    private final boolean scored;
    private final int firstChoice;
    private final PendingTokens pending = new PendingTokens();
    private final Map<Integer, Integer> lengths = new HashMap<>();

    /** @param firstChoice number of its first continuation among those of all texts */
    CompletionStream(ChatHead head, ResponseStream output, Tokenizer tokenizer, boolean scored, int firstChoice) {
        this.head = head;
        this.output = output;
        this.tokenizer = tokenizer;
        this.scored = scored;
        this.firstChoice = firstChoice;
    }

    /** Sends a text that is in front of each of some choices. */
    void begin(int choices, String text) {
        for (int choice = 0; choice < choices && !text.isEmpty(); choice++) {
            send(choice, text, null);
        }
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Token(int choice, ScoredToken token) -> {
                if (scored) {
                    pending.add(choice, token);
                }
            }
            case CompletionEvent.Text(int choice, String text) -> send(choice, text, null);
            case CompletionEvent.Reasoning(int choice, String text) -> send(choice, text, null);
            case CompletionEvent.ChoiceFinished(int choice, FinishReason reason) -> {
                if (reason != FinishReason.CANCELLED) {
                    send(choice, "", Words.finishReason(reason));
                }
            }
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.ToolCallStarted _,
                    CompletionEvent.ToolCallArguments _,
                    CompletionEvent.Completed _,
                    CompletionEvent.Failed _ -> {}
        }
    }

    /** Sends the number of tokens of all texts. */
    void usage(List<CompletionResult> results) {
        output.event(TextCompletion.of(
                head,
                List.of(),
                UsageReport.sum(results.stream().map(CompletionResult::usage).toList()),
                results.size() == 1 ? TimingReport.of(results.getFirst()) : null,
                results.size() == 1 ? results.getFirst().receipt().orElse(null) : null));
    }

    private void send(int choice, String text, @Nullable String finishReason) {
        int offset = lengths.getOrDefault(choice, 0);
        lengths.put(choice, offset + text.length());
        List<ScoredToken> tokens = pending.take(choice);
        var scores = tokens.isEmpty() ? null : TextCompletion.Scores.of(tokenizer, tokens, offset);
        output.event(TextCompletion.of(
                head,
                List.of(new TextCompletion.Choice(firstChoice + choice, text, scores, finishReason)),
                null,
                null,
                null));
    }
}
