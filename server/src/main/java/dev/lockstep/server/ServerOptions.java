package dev.lockstep.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to listen.
 *
 * @param host name or address to listen at
 * @param port 0 takes any that is free
 * @param apiKeys keys that open the server; without any it is open
 * @param corsOrigins origins of web pages elsewhere that may use it; {@code *} means all
 * @param tls what to prove itself with; null speaks plain HTTP
 * @param maxBodyBytes most bytes of a request's body
 * @param bodyTime how long a body may take to arrive
 * @param stallTime how long a client may take no bytes of its answer
 * @param requestTime how long an answer may take altogether; then it ends where it is
 * @param shutdownTime how long running answers may go on when the server is closed
 * @param sessions directory in which clients may save conversations; null for none
 */
public record ServerOptions(
        String host,
        int port,
        Set<String> apiKeys,
        Set<String> corsOrigins,
        @Nullable TlsFiles tls,
        int maxBodyBytes,
        Duration bodyTime,
        Duration stallTime,
        Duration requestTime,
        Duration shutdownTime,
        @Nullable Path sessions) {
    public static final int DEFAULT_PORT = 8080;

    /** On this computer only, for everybody on it; bodies up to 16 MiB in 30 s, answers up to an hour. */
    public static final ServerOptions DEFAULT = new ServerOptions(
            "127.0.0.1",
            DEFAULT_PORT,
            Set.of(),
            Set.of(),
            null,
            16 << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            Duration.ofSeconds(10),
            null);

    public ServerOptions {
        apiKeys = Set.copyOf(apiKeys);
        corsOrigins = Set.copyOf(corsOrigins);
        require(port >= 0 && port <= 0xFFFF, "the port is " + port + ", must be 0 to 65535");
        require(!host.isBlank(), "the host is empty; 127.0.0.1 is this computer, 0.0.0.0 all its addresses");
        require(apiKeys.stream().noneMatch(String::isBlank), "an API key is empty; choose a long random text");
        for (Duration time : List.of(bodyTime, stallTime, requestTime, shutdownTime)) {
            require(!time.isNegative(), "a time is " + time + ", must not be negative");
        }
        require(maxBodyBytes > 0, "the most bytes of a body are " + maxBodyBytes + ", must be more than 0");
    }

    public ServerOptions withHost(String host) {
        return changed(changes -> changes.host = host);
    }

    public ServerOptions withPort(int port) {
        return changed(changes -> changes.port = port);
    }

    public ServerOptions withApiKeys(Set<String> apiKeys) {
        return changed(changes -> changes.apiKeys = apiKeys);
    }

    public ServerOptions withCorsOrigins(Set<String> corsOrigins) {
        return changed(changes -> changes.corsOrigins = corsOrigins);
    }

    public ServerOptions withTls(TlsFiles tls) {
        return changed(changes -> changes.tls = tls);
    }

    public ServerOptions withMaxBodyBytes(int maxBodyBytes) {
        return changed(changes -> changes.maxBodyBytes = maxBodyBytes);
    }

    public ServerOptions withBodyTime(Duration bodyTime) {
        return changed(changes -> changes.bodyTime = bodyTime);
    }

    public ServerOptions withStallTime(Duration stallTime) {
        return changed(changes -> changes.stallTime = stallTime);
    }

    public ServerOptions withRequestTime(Duration requestTime) {
        return changed(changes -> changes.requestTime = requestTime);
    }

    public ServerOptions withShutdownTime(Duration shutdownTime) {
        return changed(changes -> changes.shutdownTime = shutdownTime);
    }

    public ServerOptions withSessions(Path sessions) {
        return changed(changes -> changes.sessions = sessions);
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }

    private ServerOptions changed(Consumer<Changes> change) {
        var changes = new Changes(this);
        change.accept(changes);
        return changes.whole();
    }

    private static final class Changes {
        private String host;
        private int port;
        private Set<String> apiKeys;
        private Set<String> corsOrigins;
        private @Nullable TlsFiles tls;
        private int maxBodyBytes;
        private Duration bodyTime;
        private Duration stallTime;
        private Duration requestTime;
        private Duration shutdownTime;
        private @Nullable Path sessions;

        Changes(ServerOptions before) {
            host = before.host;
            port = before.port;
            apiKeys = before.apiKeys;
            corsOrigins = before.corsOrigins;
            tls = before.tls;
            maxBodyBytes = before.maxBodyBytes;
            bodyTime = before.bodyTime;
            stallTime = before.stallTime;
            requestTime = before.requestTime;
            shutdownTime = before.shutdownTime;
            sessions = before.sessions;
        }

        ServerOptions whole() {
            return new ServerOptions(
                    host,
                    port,
                    apiKeys,
                    corsOrigins,
                    tls,
                    maxBodyBytes,
                    bodyTime,
                    stallTime,
                    requestTime,
                    shutdownTime,
                    sessions);
        }
    }
}
