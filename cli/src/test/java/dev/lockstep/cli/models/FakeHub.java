package dev.lockstep.cli.models;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A server with Hugging Face's interface on this computer, which can break connections. */
final class FakeHub implements AutoCloseable {
    private static final int NO_LENGTH = -1;

    private final HttpServer server;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> sums = new LinkedHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> tokensAtStorage = new CopyOnWriteArrayList<>();
    private volatile String version = "\"1\"";

    /** Bytes after which each connection breaks; all of them by default. */
    private volatile int breakAfter = Integer.MAX_VALUE;

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/models/owner/repo/tree/main", this::list);
        server.createContext("/owner/repo/resolve/main/", exchange -> {
            // To another host, as the real one does: localhost is not 127.0.0.1.
            exchange.getResponseHeaders().set("Location", "http://localhost:" + port() + "/storage/" + name(exchange));
            exchange.sendResponseHeaders(302, NO_LENGTH);
            exchange.close();
        });
        server.createContext("/storage/", this::send);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port();
    }

    void put(String name, byte[] content, String sha256) {
        files.put(name, content);
        sums.put(name, sha256);
    }

    void remove(Predicate<String> unwanted) {
        files.keySet().removeIf(unwanted);
    }

    void change(String newVersion) {
        version = newVersion;
    }

    void breakAfter(int bytes) {
        breakAfter = bytes;
    }

    /** Of files: what was asked for, and from which byte on. */
    List<String> requests() {
        return requests;
    }

    List<String> tokensAtStorage() {
        return tokensAtStorage;
    }

    private void list(HttpExchange exchange) throws IOException {
        List<String> entries = new ArrayList<>();
        entries.add("{\"type\": \"file\", \"path\": \"README.md\", \"size\": 3}");
        files.forEach((name, content) -> entries.add(
                "{\"type\": \"file\", \"path\": \"%s\", \"size\": %d, \"lfs\": {\"oid\": \"%s\", \"size\": %d}}"
                        .formatted(name, content.length, sums.get(name), content.length)));
        var body = ("[" + String.join(",", entries) + "]").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void send(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var content = files.get(name(exchange));
        if (headers.containsKey("Authorization")) {
            tokensAtStorage.add(headers.getFirst("Authorization"));
        }
        if (content == null) {
            exchange.sendResponseHeaders(404, NO_LENGTH);
            exchange.close();
            return;
        }
        int from = Optional.ofNullable(headers.getFirst("Range"))
                .filter(_ -> version.equals(headers.getFirst("If-Range")))
                .map(range -> Integer.parseInt(range.replaceAll("\\D", "")))
                .orElse(0);
        requests.add(name(exchange) + " from " + from);
        exchange.getResponseHeaders().set("ETag", version);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        int end = (int) Math.min(content.length, (long) from + breakAfter);
        var body = exchange.getResponseBody();
        body.write(Arrays.copyOfRange(content, from, end));
        body.flush();
        if (end < content.length) {
            // What a handler throws closes the connection; closing the exchange may leave it open.
            throw new IOException("broken as the test wants it");
        }
        exchange.close();
    }

    private static String name(HttpExchange exchange) {
        var path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
