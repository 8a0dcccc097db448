package dev.lockstep.server.serving;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Ticket;
import dev.lockstep.server.http.ApiError;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ClientGoneException;
import dev.lockstep.server.http.Exchange;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is being generated for a request: its events, on the request's own thread. If the client goes, the time is over or the
 * handler gives up, generation ends before the next step.
 */
public final class Answer implements AutoCloseable {
    /** How long the end of a connection may go unnoticed. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final BlockingQueue<CompletionEvent> events = new LinkedBlockingQueue<>();
    private final Exchange exchange;
    private final Duration limit;
    private final Meters meters;
    private final long deadline;
    private final Ticket ticket;
    private @Nullable CompletionResult result;

    Answer(ServedModel model, CompletionRequest request, Exchange exchange, Duration limit, Meters meters) {
        this.exchange = exchange;
        this.limit = limit;
        this.meters = meters;
        this.deadline = System.nanoTime() + limit.toNanos();
        this.ticket = model.service().submit(request, events::add);
    }

    /**
     * Hands all events to {@code reader} until the answer is complete.
     *
     * @throws ClientGoneException if the client goes
     * @throws ApiException if the answer cannot be completed
     */
    public CompletionResult read(Consumer<CompletionEvent> reader) {
        return read(reader, () -> {});
    }

    /** @param waiting called again and again while nothing happens */
    CompletionResult read(Consumer<CompletionEvent> reader, Runnable waiting) {
        while (result == null) {
            CompletionEvent event = next(waiting);
            reader.accept(event);
            switch (event) {
                case CompletionEvent.Completed completed -> {
                    result = whole(completed.result());
                    meters.count(result);
                }
                case CompletionEvent.Failed failed ->
                    throw new ApiException(EngineErrors.error(failed.cause()), failed.cause());
                default -> {}
            }
        }
        return result;
    }

    /** Waits for the whole answer. */
    public CompletionResult await() {
        return read(_ -> {});
    }

    /** Gives up, if the answer is not complete. */
    @Override
    public void close() {
        if (result == null) {
            ticket.cancel();
        }
    }

    private CompletionEvent next(Runnable waiting) {
        try {
            while (true) {
                CompletionEvent event = events.poll(LOOK_NANOS, TimeUnit.NANOSECONDS);
                if (exchange.clientGone()) {
                    throw new ClientGoneException();
                }
                // Also where pieces come without a pause; but what is complete is not taken back.
                boolean late = System.nanoTime() > deadline && !(event instanceof CompletionEvent.Completed);
                if (event != null && !late) {
                    return event;
                }
                waiting.run();
                if (late) {
                    throw new ApiException(new ApiError(
                            504,
                            "server_error",
                            "timeout",
                            "the answer took longer than " + limit.toSeconds() + " s; ask for fewer tokens",
                            null,
                            null));
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            throw new ApiException(ServedModel.shuttingDown(), closed);
        }
    }

    /** An answer that somebody else than its client has cut off is none. */
    private CompletionResult whole(CompletionResult completed) {
        boolean cut = completed.choices().stream().anyMatch(choice -> choice.finishReason() == FinishReason.CANCELLED);
        if (cut) {
            throw new ApiException(ServedModel.shuttingDown());
        }
        return completed;
    }
}
