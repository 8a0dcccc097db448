package dev.lockstep.server.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Reads bodies of requests within limits of size and time; a client that is too slow is dropped. */
final class BodyReader {
    private static final int CHUNK = 1 << 14;
    private static final Duration DISCARD_TIME = Duration.ofSeconds(2);

    private final int maxBytes;
    private final Duration timeLimit;

    BodyReader(int maxBytes, Duration timeLimit) {
        this.maxBytes = maxBytes;
        this.timeLimit = timeLimit;
    }

    byte[] read(ServerRequest request, Client client) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        request.headers().contentLength().ifPresent(this::check);
        return client.waiting(timeLimit, () -> readAll(request));
    }

    /** Reads on without keeping anything, for a while. */
    void discard(ServerRequest request, Client client) {
        long deadline = System.nanoTime() + DISCARD_TIME.toNanos();
        byte[] chunk = new byte[CHUNK];
        try (InputStream input = request.content().inputStream()) {
            while (System.nanoTime() < deadline && client.waiting(DISCARD_TIME, () -> more(input, chunk))) {
                // The next chunk may be the last.
            }
        } catch (IOException | IllegalStateException | UncheckedIOException ended) {
            // That is as good as its end.
        }
    }

    private static boolean more(InputStream input, byte[] chunk) {
        try {
            return input.read(chunk) >= 0;
        } catch (IOException | DataReader.InsufficientDataAvailableException ended) {
            return false;
        }
    }

    private byte[] readAll(ServerRequest request) {
        var body = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        try (InputStream input = request.content().inputStream()) {
            for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
                body.write(chunk, 0, count);
                check(body.size());
            }
            return body.toByteArray();
        } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException broken) {
            throw new ClientGoneException(broken);
        }
    }

    private void check(long size) {
        if (size > maxBytes) {
            throw new ApiException(ApiError.request(
                    413, "request_too_large", "the body is larger than " + maxBytes + " bytes; send less at once"));
        }
    }
}
