package dev.lockstep.server.ollama;

import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ErrorShape;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.server.serving.Streaming;
import java.util.List;

/** Sends an answer as it comes, an object a line. Calls of tools come whole, with the end. */
final class OllamaStream implements Streaming.Reader {
    private final String model;
    private final boolean chat;
    private final ResponseStream output;

    OllamaStream(String model, boolean chat, ResponseStream output) {
        this.model = model;
        this.chat = chat;
        this.output = output;
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text text -> send(OllamaReply.Said.text(text.text()));
            case CompletionEvent.Reasoning reasoning -> send(OllamaReply.Said.thinking(reasoning.text()));
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Token _,
                    CompletionEvent.ToolCallStarted _,
                    CompletionEvent.ToolCallArguments _,
                    CompletionEvent.ChoiceFinished _,
                    CompletionEvent.Completed _,
                    CompletionEvent.Failed _ -> {}
        }
    }

    @Override
    public void end(CompletionResult result) {
        List<CompletionResult.ToolCall> calls = result.choices().getFirst().toolCalls();
        if (!calls.isEmpty()) {
            send(new OllamaReply.Said("", null, calls));
        }
        output.line(OllamaReply.end(model, chat, OllamaReply.Said.NOTHING, result));
    }

    @Override
    public void fail(ApiException failure) {
        output.line(ErrorShape.OLLAMA.body(failure.error()));
    }

    private void send(OllamaReply.Said said) {
        output.line(OllamaReply.piece(model, chat, said));
    }
}
