package dev.lockstep.server.http;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told when it does not get what it asked for.
 *
 * @param type the family, as OpenAI names it
 * @param code for programs
 * @param message one sentence for people: what, where, what to do
 * @param parameter which field of the request is at fault, if one is
 * @param retryAfter when to come again, if that is likely to help
 */
public record ApiError(
        int status,
        String type,
        String code,
        String message,
        @Nullable String parameter,
        @Nullable Duration retryAfter) {
    private static final String INVALID = "invalid_request_error";

    /** A field has a value that cannot be. */
    public static ApiError invalid(@Nullable String parameter, String message) {
        return new ApiError(400, INVALID, "invalid_value", message, parameter, null);
    }

    /** A field that has to be there is not. */
    public static ApiError missing(String parameter) {
        return new ApiError(
                400,
                INVALID,
                "missing_required_parameter",
                parameter + " is missing; the request needs it",
                parameter,
                null);
    }

    /** A field asks for what this server does not do. */
    public static ApiError unsupported(String parameter, String message) {
        return new ApiError(400, INVALID, "unsupported_parameter", message, parameter, null);
    }

    /** A request of the client's own making with a status and code of its own. */
    public static ApiError request(int status, String code, String message) {
        return new ApiError(status, INVALID, code, message, null, null);
    }

    /** No key, or a wrong one. */
    public static ApiError unauthorized(String message) {
        return new ApiError(401, "authentication_error", "invalid_api_key", message, null, null);
    }

    /** Too much at the moment. */
    public static ApiError overloaded(String message, Duration retryAfter) {
        return new ApiError(429, "rate_limit_error", "overloaded", message, null, retryAfter);
    }

    /** Not now. */
    public static ApiError unavailable(String code, String message, Duration retryAfter) {
        return new ApiError(503, "server_error", code, message, null, retryAfter);
    }

    /** Something broke here. */
    public static ApiError internal(String message) {
        return new ApiError(500, "server_error", "internal_error", message, null, null);
    }

    /** Whole seconds for the header {@code Retry-After}, rounded up. */
    Optional<String> retryAfterSeconds() {
        return Optional.ofNullable(retryAfter)
                .map(wait -> String.valueOf(Math.max(1, wait.plusMillis(999).toSeconds())));
    }
}
