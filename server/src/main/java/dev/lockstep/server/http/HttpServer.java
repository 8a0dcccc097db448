package dev.lockstep.server.http;

import dev.lockstep.server.ServerOptions;
import dev.lockstep.server.TlsFiles;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.PemKeys;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** The listening socket and what lies between it and the endpoints. */
public final class HttpServer implements AutoCloseable {
    private static final int MAX_HEADERS = 32 << 10;
    private static final int MAX_PROLOGUE = 8 << 10;
    private static final int MAX_CONNECTIONS = 4096;

    private final WebServer server;
    private final Clients clients;

    private HttpServer(WebServer server, Clients clients) {
        this.server = server;
        this.clients = clients;
    }

    /**
     * Starts to listen.
     *
     * @param failures says what a client is told about an exception of the model
     * @throws IllegalArgumentException if it cannot listen there, or not with these files
     */
    public static HttpServer start(
            ServerOptions options,
            Routes routes,
            RequestLog log,
            Function<RuntimeException, Optional<ApiError>> failures) {
        requireFree(options);
        var clients = new Clients();
        var keys = new Keys(options.apiKeys());
        var gateway = new Gateway(
                routes,
                new Origins(options.corsOrigins(), isLoopback(options.host()) && !keys.required()),
                keys,
                new BodyReader(options.maxBodyBytes(), options.bodyTime()),
                options.stallTime(),
                clients,
                log,
                failures);
        WebServerConfig.Builder config = WebServer.builder()
                .host(options.host())
                .port(options.port())
                .shutdownHook(false)
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxPayloadSize(-1)
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .idleConnectionTimeout(Duration.ofMinutes(5))
                .shutdownGracePeriod(Duration.ofMillis(200))
                .directHandlers(refusals())
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new Connections(Http1Config.builder()
                        .maxHeadersSize(MAX_HEADERS)
                        .maxPrologueLength(MAX_PROLOGUE)
                        .build()))
                .routing(HttpRouting.builder().any(gateway));
        TlsFiles tls = options.tls();
        if (tls != null) {
            config.tls(tls(tls));
        }
        WebServer server = config.build().start();
        if (!server.isRunning() || server.port() <= 0) {
            clients.close();
            throw cannotListen(options, "somebody else was quicker");
        }
        return new HttpServer(server, clients);
    }

    /** Helidon would only log why it cannot listen. */
    private static void requireFree(ServerOptions options) {
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(options.host()), options.port()));
        } catch (UnknownHostException unknown) {
            throw cannotListen(options, "there is no such host");
        } catch (IOException taken) {
            throw cannotListen(options, String.valueOf(taken.getMessage()));
        }
    }

    private static IllegalArgumentException cannotListen(ServerOptions options, String reason) {
        return new IllegalArgumentException("cannot listen at " + options.host() + ":" + options.port() + " (" + reason
                + "); choose another --host or --port");
    }

    public int port() {
        return server.port();
    }

    /** Requests that are being answered. */
    public int active() {
        return clients.size();
    }

    /** Ends all connections. */
    @Override
    public void close() {
        clients.close();
        server.stop();
    }

    private static DirectHandlers refusals() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType event : DirectHandler.EventType.values()) {
            handlers.addHandler(event, HttpServer::refuse);
        }
        return handlers.build();
    }

    /** Answers what is not HTTP enough to become a request. */
    private static DirectHandler.TransportResponse refuse(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType event,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        // What goes wrong behind the first line, the gateway answers: bytes that are no method at all end here.
        boolean rubbish = event == DirectHandler.EventType.INTERNAL_ERROR;
        Status told = rubbish ? Status.BAD_REQUEST_400 : status;
        String reason = rubbish ? "it does not begin like one" : message;
        var error = ApiError.request(told.code(), "bad_request", "this is not a request that can be read: " + reason);
        return DirectHandler.TransportResponse.builder()
                .status(told)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .keepAlive(false)
                .entity(Json.bytes(ErrorShape.OPENAI.body(error)))
                .build();
    }

    private static Tls tls(TlsFiles files) {
        try {
            // By its whole name: Keys are API keys here.
            var keys = io.helidon.common.pki.Keys.builder()
                    .pem(PemKeys.builder()
                            .certChain(Resource.create(files.certificates()))
                            .key(Resource.create(files.key()))
                            .build())
                    .build();
            return Tls.builder().privateKey(keys).privateKeyCertChain(keys).build();
        } catch (RuntimeException wrong) {
            throw new IllegalArgumentException(
                    files.certificates() + " and " + files.key() + " cannot be used for TLS (" + rootMessage(wrong)
                            + "); give a PEM certificate and its private key in PKCS#8 without a password",
                    wrong);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
