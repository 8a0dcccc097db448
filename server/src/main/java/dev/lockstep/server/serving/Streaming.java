package dev.lockstep.server.serving;

import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.ResponseStream;
import java.util.function.Consumer;

/** How answers are streamed: an error after the beginning goes into the stream, because the status has been sent. */
public final class Streaming {
    private Streaming() {}

    /** Hears the events of an answer, and its end. */
    public interface Reader extends Consumer<CompletionEvent> {
        /** Sends something that clients pass over, if the format has such a thing: nothing has happened for a while. */
        default void keepAlive() {}

        void end(CompletionResult result);

        /** The answer cannot be completed. */
        void fail(ApiException failure);
    }

    /** Makes a reader for a stream. */
    @FunctionalInterface
    public interface ReaderOf {
        Reader reader(ResponseStream output);
    }

    /** Keeps proxies and impatient clients from giving up while a request waits or its prompt is read. */
    private static final class Heartbeat implements Runnable {
        private static final long NANOS = 10_000_000_000L;

        private final Reader reader;
        private long last = System.nanoTime();

        Heartbeat(Reader reader) {
            this.reader = reader;
        }

        @Override
        public void run() {
            if (System.nanoTime() - last > NANOS) {
                last = System.nanoTime();
                reader.keepAlive();
            }
        }
    }

    /** Streams an answer that has begun to be generated. */
    public static void run(Exchange exchange, Answer answer, String contentType, ReaderOf readers) {
        try (answer;
                ResponseStream output = exchange.stream(contentType)) {
            Reader reader = readers.reader(output);
            try {
                reader.end(answer.read(reader, new Heartbeat(reader)));
            } catch (ApiException failure) {
                exchange.note("error", failure.getMessage());
                reader.fail(failure);
            }
        }
    }
}
