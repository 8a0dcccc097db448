package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep serve} as a process, at a free port. */
final class ServerProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Thread reader;
    private final List<JsonNode> log = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> url = new CompletableFuture<>();

    private ServerProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::readLog);
    }

    /** Starts a server and waits until it answers. */
    static ServerProcess start(String model, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve", "-m", model, "--port", "0"));
        arguments.addAll(List.of(options));
        try {
            var server = new ServerProcess(LockstepCommand.start(arguments.toArray(String[]::new)));
            server.url.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            return server;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void readLog() {
        try (var lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    JsonNode entry = JsonMapper.shared().readTree(line);
                    log.add(entry);
                    if (entry.path("event").asString("").equals("ready")) {
                        url.complete(entry.path("url").asString());
                    }
                }
            }
            url.completeExceptionally(new IllegalStateException("the server ended: " + log));
        } catch (IOException failure) {
            url.completeExceptionally(failure);
        }
    }

    String url() {
        return url.join();
    }

    /** What the server wrote to standard error so far, a JSON object a line. */
    List<JsonNode> log() {
        return log;
    }

    Process process() {
        return process;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url() + path)).GET());
    }

    HttpResponse<String> post(String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(url() + path)).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(
                    request.timeout(Duration.ofSeconds(PATIENCE_SECONDS)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Asks the process to end, as Ctrl-C or a service manager does, and waits until it has. */
    int terminate() {
        // By its handle: the process itself would close its streams, too, and its last words would be lost.
        process.toHandle().destroy();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("the server ends")
                    .isTrue();
            reader.join();
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        try {
            terminate();
        } finally {
            process.destroyForcibly();
            client.close();
        }
    }
}
