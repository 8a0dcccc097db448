package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;

/** Brings the events of an answer to a handler. What a handler throws is told to it, as LangChain4j wants it, and changes nothing. */
final class StreamDelivery implements Runnable {
    private final String model;
    private final Ticket ticket;
    private final BlockingQueue<CompletionEvent> events;
    private final StreamingChatResponseHandler handler;
    private final List<CompletionEvent.ToolCallStarted> calls = new ArrayList<>();
    private final Handle handle = new Handle();

    private final class Handle implements StreamingHandle {
        private volatile boolean cancelled;

        @Override
        public void cancel() {
            cancelled = true;
            ticket.cancel();
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    StreamDelivery(
            String model, Ticket ticket, BlockingQueue<CompletionEvent> events, StreamingChatResponseHandler handler) {
        this.model = model;
        this.ticket = ticket;
        this.events = events;
        this.handler = handler;
    }

    @Override
    public void run() {
        try {
            CompletionEvent event;
            do {
                event = events.take();
                deliver(event);
            } while (!(event instanceof CompletionEvent.Completed || event instanceof CompletionEvent.Failed));
        } catch (InterruptedException nobodyListens) {
            ticket.cancel();
        }
    }

    private void deliver(CompletionEvent event) {
        if (handle.isCancelled()) {
            return;
        }
        switch (event) {
            case CompletionEvent.Text text ->
                guarded(() -> handler.onPartialResponse(
                        new PartialResponse(text.text()), new PartialResponseContext(handle)));
            case CompletionEvent.Reasoning reasoning ->
                guarded(() -> handler.onPartialThinking(new PartialThinking(reasoning.text())));
            case CompletionEvent.ToolCallStarted call -> calls.add(call);
            case CompletionEvent.ToolCallArguments more -> {
                CompletionEvent.ToolCallStarted call = calls.get(more.call());
                guarded(() -> handler.onPartialToolCall(PartialToolCall.builder()
                        .index(more.call())
                        .id(call.id())
                        .name(call.name())
                        .partialArguments(more.json())
                        .build()));
            }
            case CompletionEvent.Completed completed -> complete(completed.result());
            case CompletionEvent.Failed failed -> guarded(() -> handler.onError(Replies.failure(failed.cause())));
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Token _,
                    CompletionEvent.ChoiceFinished _ -> {}
        }
    }

    private void complete(CompletionResult result) {
        CompletionResult.Choice choice = result.choices().getFirst();
        if (choice.finishReason() == FinishReason.CANCELLED) {
            guarded(() -> handler.onError(new IllegalStateException("the service was closed before the answer ended")));
            return;
        }
        for (int call = 0; call < choice.toolCalls().size(); call++) {
            var whole =
                    new CompleteToolCall(call, Replies.call(choice.toolCalls().get(call)));
            guarded(() -> handler.onCompleteToolCall(whole));
        }
        guarded(() -> handler.onCompleteResponse(Replies.of(model, ticket.id(), result)));
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException fault) {
            try {
                handler.onError(fault);
            } catch (RuntimeException alsoInThere) {
                fault.addSuppressed(alsoInThere);
            }
        }
    }
}
