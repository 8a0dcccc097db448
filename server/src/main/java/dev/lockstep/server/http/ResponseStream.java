package dev.lockstep.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An answer that is sent piece by piece; every piece is on its way when a method returns. */
public final class ResponseStream implements AutoCloseable {
    private final OutputStream output;
    private final Client client;
    private final Duration stallTime;

    ResponseStream(OutputStream output, Client client, Duration stallTime) {
        this.output = output;
        this.client = client;
        this.stallTime = stallTime;
    }

    /** A server-sent event. The space after the colon is optional by the standard, and not in clients. */
    public void event(Object value) {
        write("data: " + Json.text(value) + "\n\n");
    }

    /** A server-sent event with a name. */
    public void event(String name, Object value) {
        write("event: " + name + "\ndata: " + Json.text(value) + "\n\n");
    }

    /** The event that ends a stream of OpenAI. */
    public void done() {
        write("data: [DONE]\n\n");
    }

    /** A comment among server-sent events, which clients pass over: keeps the connection in use. */
    public void comment() {
        write(":\n\n");
    }

    /** A line of newline-delimited JSON. */
    public void line(Object value) {
        write(Json.text(value) + "\n");
    }

    @Override
    public void close() {
        send(output::close);
    }

    private void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        send(() -> {
            output.write(bytes);
            output.flush();
        });
    }

    /** Something that may fail because nobody is there. */
    @FunctionalInterface
    private interface Sending {
        void run() throws IOException;
    }

    private void send(Sending sending) {
        client.waiting(stallTime, () -> {
            try {
                sending.run();
                return sending;
            } catch (IOException | RuntimeException broken) {
                throw new ClientGoneException(broken);
            }
        });
    }
}
