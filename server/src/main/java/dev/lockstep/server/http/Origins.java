package dev.lockstep.server.http;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which web pages may use a server. Browsers let any page send requests anywhere, so that a page from elsewhere is refused here
 * unless it is allowed by name; and on a computer's own server, which asks for no key, the name in the address must be that of the computer: a
 * page whose name has been turned to this address afterwards (DNS rebinding) is not let in.
 */
final class Origins {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-f:.]+]");

    private final Set<String> allowed;
    private final boolean localOnly;

    /** @param allowed origins such as {@code https://example.com}; {@code *} allows all */
    Origins(Set<String> allowed, boolean localOnly) {
        this.allowed = Set.copyOf(allowed);
        this.localOnly = localOnly;
    }

    /**
     * Lets a request in, and says so to the browser that sent it.
     *
     * @throws ApiException if a page sent it that may not
     */
    void check(Exchange exchange) {
        String host = exchange.header("Host").orElse("");
        if (localOnly && !isLocal(host)) {
            throw new ApiException(ApiError.request(
                    403,
                    "forbidden_host",
                    "this server answers to its own computer's name only, not to " + shorten(host)
                            + "; use localhost, or start it with --api-key"));
        }
        Optional<String> origin = exchange.header("Origin");
        if (origin.isEmpty()) {
            return;
        }
        boolean welcome = allowed.contains("*") || allowed.contains(origin.get());
        if (welcome) {
            exchange.setHeader("Access-Control-Allow-Origin", origin.get());
            exchange.setHeader("Access-Control-Expose-Headers", "x-request-id, retry-after");
            exchange.setHeader("Vary", "Origin");
        } else if (!isSame(origin.get(), host)) {
            throw new ApiException(ApiError.request(
                    403,
                    "forbidden_origin",
                    "pages of " + shorten(origin.get()) + " may not use this server; start it with --cors-origin "
                            + shorten(origin.get()) + " to allow them"));
        }
    }

    /** Answers a browser that asks what it may send. */
    static void preflight(Exchange exchange) {
        exchange.setHeader("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
        exchange.setHeader(
                "Access-Control-Allow-Headers",
                exchange.header("Access-Control-Request-Headers").orElse("authorization, content-type"));
        exchange.setHeader("Access-Control-Max-Age", "86400");
        exchange.sendNothing(204);
    }

    private static boolean isSame(String origin, String host) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
    }

    private static boolean isLocal(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]*$", "");
        return name.isEmpty()
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || ADDRESS.matcher(name).matches();
    }

    private static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
