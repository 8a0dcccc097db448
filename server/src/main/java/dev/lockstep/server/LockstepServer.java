package dev.lockstep.server;

import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.server.http.HttpServer;
import dev.lockstep.server.http.RequestLog;
import dev.lockstep.server.http.Routes;
import dev.lockstep.server.llamacpp.LlamaCppApi;
import dev.lockstep.server.ollama.OllamaApi;
import dev.lockstep.server.openai.OpenAiApi;
import dev.lockstep.server.page.Page;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import dev.lockstep.server.serving.Meters;
import dev.lockstep.server.serving.ServedModel;
import dev.lockstep.server.serving.ServingApi;
import java.time.Duration;
import java.util.Optional;

/**
 * A server for one model. It listens before the model is there, and says so to those who ask.
 *
 * {@snippet lang=java :
 * try (var server = LockstepServer.start(ServerOptions.DEFAULT, ServedName.of("tiny"), "0.1.0", entry -> {})) {
 *     server.serve(InferenceService.open(Lockstep.open(path), ServiceOptions.DEFAULT));
 *     Thread.currentThread().join();
 * }
 * }
 */
public final class LockstepServer implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(20);

    private final ServerOptions options;
    private final ServedModel model;
    private final HttpServer http;
    private boolean closed;

    private LockstepServer(ServerOptions options, ServedModel model, HttpServer http) {
        this.options = options;
        this.model = model;
        this.http = http;
    }

    /**
     * Begins to listen.
     *
     * @param name what clients call the model
     * @param version of the program, for clients that want to know
     * @param log hears of every request
     * @throws IllegalArgumentException if the server cannot listen as the options say
     */
    public static LockstepServer start(ServerOptions options, ServedName name, String version, RequestLog log) {
        var model = new ServedModel(name.id(), name.aliases());
        var meters = new Meters(model, version);
        var answers = new Answers(model, meters, options.requestTime());
        var routes = new Routes();
        ServingApi.addTo(routes, answers, meters);
        OpenAiApi.addTo(routes, answers, Optional.ofNullable(options.sessions()));
        OllamaApi.addTo(routes, answers, version);
        LlamaCppApi.addTo(routes, answers);
        Page.addTo(routes, answers);
        RequestLog counted = entry -> {
            meters.count(entry);
            log.add(entry);
        };
        return new LockstepServer(options, model, HttpServer.start(options, routes, counted, EngineErrors::of));
    }

    /** Lets requests through to a model, which is the server's from now on. */
    public void serve(InferenceService service) {
        model.ready(service);
    }

    /** The port that the server listens at. */
    public int port() {
        return http.port();
    }

    /** Where to find the server. */
    public String url() {
        String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
        return (options.tls() == null ? "http" : "https") + "://" + host + ":" + port();
    }

    /** Takes no more requests, lets answers end for a while, breaks off those that do not, and closes the model. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        model.closing().ifPresent(service -> service.close(options.shutdownTime()));
        awaitAnswers();
        http.close();
    }

    /** What the model has computed, or that it will not, still has to go out. */
    private void awaitAnswers() {
        long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        try {
            while (http.active() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(ROUND);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
