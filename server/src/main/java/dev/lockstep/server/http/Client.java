package dev.lockstep.server.http;

import java.time.Duration;
import java.util.function.Supplier;

/** The other end of a request's connection, while the request is handled: whether it is there, and whether it does its part. */
final class Client {
    private static final long NOT_WAITING = 0;

    private final Connections.Link link;
    private volatile long deadline = NOT_WAITING;

    Client(Connections.Link link) {
        this.link = link;
    }

    /** Begins to look for the end of the connection; only when the request has been read to its end. */
    void watch() {
        link.input().watch();
    }

    /** Whether the connection has ended, once it is watched. */
    boolean gone() {
        return link.input().ended();
    }

    /** Does something that takes as long as the client likes, but not longer than so: then the connection ends. */
    <T> T waiting(Duration limit, Supplier<T> exchange) {
        deadline = (System.nanoTime() + limit.toNanos()) | 1;
        try {
            return exchange.get();
        } finally {
            deadline = NOT_WAITING;
        }
    }

    /** Whether it keeps us waiting for too long. */
    boolean overdue() {
        long limit = deadline;
        return limit != NOT_WAITING && System.nanoTime() - limit > 0;
    }

    /** Ends the connection, so that whoever reads or writes does not wait any longer. */
    void drop() {
        link.socket().close();
    }
}
