package dev.lockstep.server.serving;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.ContextExceededException;
import dev.lockstep.engine.service.InvalidRequestException;
import dev.lockstep.engine.service.OverloadedException;
import dev.lockstep.engine.service.RefusedException;
import dev.lockstep.engine.service.ServiceClosedException;
import dev.lockstep.engine.service.SessionFileException;
import dev.lockstep.server.http.ApiError;
import dev.lockstep.server.http.ApiException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** What clients are told when the engine refuses or fails. */
public final class EngineErrors {
    private EngineErrors() {}

    /** The error for an exception of the engine; empty if it is somebody else's. */
    public static Optional<ApiError> of(RuntimeException failure) {
        return switch (failure) {
            case EngineException engine -> Optional.of(error(engine));
            case CompletionException wrapper
            when wrapper.getCause() instanceof EngineException engine -> Optional.of(error(engine));
            default -> Optional.empty();
        };
    }

    public static ApiError error(EngineException failure) {
        return switch (failure) {
            case RefusedException refused -> refused(refused);
            case SessionFileException unusable -> ApiError.request(409, "session_unusable", unusable.getMessage());
            default -> new ApiError(500, "server_error", "generation_failed", failure.getMessage(), null, null);
        };
    }

    private static ApiError refused(RefusedException refused) {
        return switch (refused) {
            case InvalidRequestException invalid -> ApiError.invalid(invalid.parameter(), invalid.getMessage());
            case ContextExceededException exceeded ->
                ApiError.request(400, "context_length_exceeded", exceeded.getMessage());
            case OverloadedException overloaded ->
                ApiError.overloaded(overloaded.getMessage(), overloaded.retryAfter());
            case ServiceClosedException _ -> ServedModel.shuttingDown();
        };
    }

    /**
     * Calls the engine, and puts the client's names into what it objects to.
     *
     * @param fields names of the fields of an API by those of the engine's parameters
     * @throws ApiException if the engine objects
     */
    public static <T> T renamed(Map<String, String> fields, Supplier<T> call) {
        try {
            return call.get();
        } catch (InvalidRequestException invalid) {
            throw new ApiException(
                    ApiError.invalid(
                            fields.getOrDefault(invalid.parameter(), invalid.parameter()), invalid.getMessage()),
                    invalid);
        }
    }
}
