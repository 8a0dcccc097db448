package dev.lockstep.server;

import dev.lockstep.engine.EngineChoice;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.server.http.RequestEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server with a {@link WordModel} at a free port, and a client of the JDK's to talk with it. */
final class TestServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<RequestEntry> log = new CopyOnWriteArrayList<>();
    private final LockstepServer server;

    private TestServer(ServerOptions options, ServedName name) {
        server = LockstepServer.start(options.withPort(0), name, "test", log::add);
    }

    /** What came back. */
    record Reply(int status, HttpResponse<String> response) {
        String body() {
            return response.body();
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** A server whose model is still loading. */
    static TestServer loading(ServerOptions options) {
        return new TestServer(options, ServedName.of("words"));
    }

    static TestServer start(Path directory, ServerOptions options, ServiceOptions service) {
        var started = new TestServer(options, ServedName.of("words"));
        started.load(directory, service);
        return started;
    }

    /** A server for a service that somebody else has made. */
    static TestServer start(InferenceService service) {
        var started = new TestServer(ServerOptions.DEFAULT, ServedName.of("words"));
        started.server.serve(service);
        return started;
    }

    static TestServer start(Path directory) {
        return start(directory, ServerOptions.DEFAULT, ServiceOptions.DEFAULT);
    }

    void load(Path directory, ServiceOptions service) {
        // The interpreter answers at once, where the host machine would be compiled first.
        var model = Lockstep.open(
                WordModel.write(directory),
                LockstepOptions.DEFAULT.withEngine(EngineChoice.REFERENCE).withWarnings(_ -> {}));
        server.serve(InferenceService.open(model, service));
    }

    String url() {
        return server.url();
    }

    int port() {
        return server.port();
    }

    List<RequestEntry> log() {
        return log;
    }

    Reply get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Reply post(String path, String body, String... headers) {
        return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url() + path)).timeout(PATIENCE);
        return headers.length == 0 ? request : request.headers(headers);
    }

    Reply send(HttpRequest.Builder request) {
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
