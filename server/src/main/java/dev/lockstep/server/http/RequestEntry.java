package dev.lockstep.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A request that has been answered, for the log.
 *
 * @param route the endpoint's path, or {@code unknown}: few different values, whatever clients send
 * @param status that was sent; 499, as nginx has it, if the client went before there was one
 * @param notes more facts, such as numbers of tokens
 * @param failure what went wrong here, if something did
 */
public record RequestEntry(
        String id,
        String client,
        String method,
        String path,
        String route,
        int status,
        Duration duration,
        Map<String, Object> notes,
        Optional<Throwable> failure) {
    /** The status of requests whose client has gone. */
    static final int CLIENT_GONE = 499;
}
