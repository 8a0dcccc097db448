package dev.lockstep.server.serving;

import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.server.http.ApiError;
import dev.lockstep.server.http.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** The model that a server serves: not there yet, there, or going. */
public final class ServedModel {
    private static final Duration LOADING = Duration.ofSeconds(2);
    private static final Duration RESTART = Duration.ofSeconds(10);
    private static final String ANY = "*";

    private final String id;
    private final Set<String> aliases;
    private final Instant created = Instant.now();
    private volatile State state = new Loading();

    private sealed interface State {}

    private record Loading() implements State {}

    private record Ready(InferenceService service) implements State {}

    private record Closing(Optional<InferenceService> service) implements State {}

    /**
     * @param id name by which clients know the model
     * @param aliases other names for it; {@code *} lets clients call it what they like
     */
    public ServedModel(String id, Set<String> aliases) {
        this.id = id;
        this.aliases = Set.copyOf(aliases);
    }

    public String id() {
        return id;
    }

    /** Seconds since 1970 at which the server was started. */
    public long created() {
        return created.getEpochSecond();
    }

    public Instant createdAt() {
        return created;
    }

    /** Lets requests in. */
    public synchronized void ready(InferenceService service) {
        if (state instanceof Loading) {
            state = new Ready(service);
        }
    }

    /** Lets no more requests in. Returns what served them, if there was anything. */
    public synchronized Optional<InferenceService> closing() {
        Optional<InferenceService> service = current();
        state = new Closing(service);
        return service;
    }

    /** What serves requests, ready or going. */
    public Optional<InferenceService> current() {
        return switch (state) {
            case Loading _ -> Optional.empty();
            case Ready(InferenceService service) -> Optional.of(service);
            case Closing(Optional<InferenceService> service) -> service;
        };
    }

    /** {@code ok}, {@code loading} or {@code closing}. */
    public String stateName() {
        return switch (state) {
            case Loading _ -> "loading";
            case Ready _ -> "ok";
            case Closing _ -> "closing";
        };
    }

    /** @throws ApiException if it is not there */
    public InferenceService service() {
        return switch (state) {
            case Ready(InferenceService service) -> service;
            case Loading _ ->
                throw new ApiException(ApiError.unavailable(
                        "model_loading", "the model " + id + " is being loaded; try again in a moment", LOADING));
            case Closing _ -> throw new ApiException(shuttingDown());
        };
    }

    /**
     * Checks the name that a client calls the model by.
     *
     * @throws ApiException if it is not this one
     */
    public void check(String name) {
        if (!answersTo(name)) {
            String shown = name.length() <= 80 ? name : name.substring(0, 77) + "...";
            throw new ApiException(new ApiError(
                    404,
                    "invalid_request_error",
                    "model_not_found",
                    "there is no model " + shown + " here; this server has " + id
                            + " (--alias gives it more names, '*' all)",
                    "model",
                    null));
        }
    }

    public static ApiError shuttingDown() {
        return ApiError.unavailable("shutting_down", "the server is being shut down; try again in a while", RESTART);
    }

    private boolean answersTo(String name) {
        String plain = name.endsWith(":latest") ? name.substring(0, name.length() - ":latest".length()) : name;
        return plain.equals(id)
                || plain.equals(id + ".gguf")
                || aliases.contains(plain)
                || aliases.contains(name)
                || aliases.contains(ANY);
    }
}
