package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Ticket;
import java.util.concurrent.BlockingQueue;

/** Brings the events of an answer to whoever wants them. */
final class StreamDelivery implements Runnable {
    private final Ticket ticket;
    private final BlockingQueue<CompletionEvent> events;
    private final StreamSink sink;
    private final StreamEvents translation;

    StreamDelivery(String model, Ticket ticket, BlockingQueue<CompletionEvent> events, StreamSink sink) {
        this.ticket = ticket;
        this.events = events;
        this.sink = sink;
        this.translation = new StreamEvents(model, ticket.id());
    }

    @Override
    public void run() {
        try {
            while (!sink.gone() && deliver(events.take())) {}
        } catch (InterruptedException nobodyListens) {
            ticket.cancel();
        }
    }

    /** False for the last one. */
    private boolean deliver(CompletionEvent event) throws InterruptedException {
        switch (event) {
            case CompletionEvent.Failed failed -> {
                sink.failed(Replies.failure(failed.cause()));
                return false;
            }
            case CompletionEvent.Completed(CompletionResult result)
            when cancelled(result) -> {
                if (!sink.gone()) {
                    sink.failed(new IllegalStateException("the service was closed before the answer ended"));
                }
                return false;
            }
            case CompletionEvent.Completed _ -> {
                tell(event);
                sink.completed();
                return false;
            }
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Token _,
                    CompletionEvent.Text _,
                    CompletionEvent.Reasoning _,
                    CompletionEvent.ToolCallStarted _,
                    CompletionEvent.ToolCallArguments _,
                    CompletionEvent.ChoiceFinished _ -> {
                tell(event);
                return true;
            }
        }
    }

    private void tell(CompletionEvent event) throws InterruptedException {
        for (ChatModelStreamingEvent told : translation.of(event)) {
            if (!sink.gone()) {
                sink.event(told);
            }
        }
    }

    private static boolean cancelled(CompletionResult result) {
        return result.choices().getFirst().finishReason() == FinishReason.CANCELLED;
    }
}
