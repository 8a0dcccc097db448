package dev.lockstep.server.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends over a connection, read ahead while a request is answered: that is how the end of the connection is noticed although
 * nobody waits for input. What comes early belongs to the next request.
 */
final class WatchedInput implements Supplier<byte @Nullable []> {
    private final DataReader first;
    private final HelidonSocket socket;
    private volatile @Nullable CompletableFuture<byte[]> ahead;

    /** @param first what has been read already comes from here */
    WatchedInput(DataReader first, HelidonSocket socket) {
        this.first = first;
        this.socket = socket;
    }

    /** The next bytes; null at the end. */
    @Override
    public byte @Nullable [] get() {
        int left = first.available();
        if (left > 0) {
            return first.readBytes(left);
        }
        CompletableFuture<byte[]> early = ahead;
        if (early == null) {
            return socket.get();
        }
        ahead = null;
        try {
            return early.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /** Begins to read ahead. */
    void watch() {
        if (ahead == null && first.available() == 0) {
            var early = new CompletableFuture<byte[]>();
            ahead = early;
            Thread.ofVirtual().name("lockstep-watch-" + socket.socketId()).start(() -> {
                try {
                    early.complete(socket.get());
                } catch (RuntimeException ended) {
                    early.completeExceptionally(ended);
                }
            });
        }
    }

    /** Whether the connection has ended, as far as reading ahead has shown. */
    boolean ended() {
        CompletableFuture<byte[]> early = ahead;
        return early != null && early.isDone() && (early.isCompletedExceptionally() || early.join() == null);
    }
}
