package dev.lockstep.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
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
        require(maxBodyBytes > 0, "the most bytes of a body are " + maxBodyBytes + ", must be more than 0");
    }

    public ServerOptions withHost(String host) {
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

    public ServerOptions withPort(int port) {
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

    public ServerOptions withApiKeys(Set<String> apiKeys) {
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

    public ServerOptions withCorsOrigins(Set<String> corsOrigins) {
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

    public ServerOptions withTls(TlsFiles tls) {
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

    public ServerOptions withMaxBodyBytes(int maxBodyBytes) {
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

    public ServerOptions withBodyTime(Duration bodyTime) {
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

    public ServerOptions withStallTime(Duration stallTime) {
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

    public ServerOptions withRequestTime(Duration requestTime) {
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

    public ServerOptions withShutdownTime(Duration shutdownTime) {
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

    public ServerOptions withSessions(Path sessions) {
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

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
