package dev.lockstep.server.llamacpp;

import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ErrorShape;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.server.serving.Streaming;

/** Sends an answer as it comes. */
final class ContinuationStream implements Streaming.Reader {
    private final String model;
    private final ResponseStream output;

    ContinuationStream(String model, ResponseStream output) {
        this.model = model;
        this.output = output;
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text text -> output.event(Continuation.piece(text.text()));
            case CompletionEvent.Reasoning reasoning -> output.event(Continuation.piece(reasoning.text()));
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
    public void keepAlive() {
        output.comment();
    }

    @Override
    public void end(CompletionResult result) {
        output.event(Continuation.end(model, "", result));
    }

    @Override
    public void fail(ApiException failure) {
        output.event(ErrorShape.OPENAI.body(failure.error()));
    }
}
