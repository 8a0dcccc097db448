package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.lockstep.engine.service.Ticket;

/** A handler. What it throws is told to it, as LangChain4j wants it, and changes nothing. */
final class HandlerSink implements StreamSink {
    private final StreamingChatResponseHandler handler;
    private final Handle handle;

    private static final class Handle implements StreamingHandle {
        private final Ticket ticket;
        private volatile boolean cancelled;

        Handle(Ticket ticket) {
            this.ticket = ticket;
        }

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

    HandlerSink(StreamingChatResponseHandler handler, Ticket ticket) {
        this.handler = handler;
        this.handle = new Handle(ticket);
    }

    @Override
    public boolean gone() {
        return handle.isCancelled();
    }

    @Override
    public void event(ChatModelStreamingEvent event) {
        switch (event) {
            case PartialResponse part ->
                guarded(() -> handler.onPartialResponse(part, new PartialResponseContext(handle)));
            case PartialThinking part ->
                guarded(() -> handler.onPartialThinking(part, new PartialThinkingContext(handle)));
            case PartialToolCall part ->
                guarded(() -> handler.onPartialToolCall(part, new PartialToolCallContext(handle)));
            case CompleteToolCall call -> guarded(() -> handler.onCompleteToolCall(call));
            case CompleteResponse response -> guarded(() -> handler.onCompleteResponse(response.chatResponse()));
            default -> throw new IllegalStateException("an answer has no events like " + event);
        }
    }

    /** The handler has heard of the end with the response. */
    @Override
    public void completed() {}

    @Override
    public void failed(Throwable cause) {
        guarded(() -> handler.onError(cause));
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
