package dev.lockstep.server.page;

import dev.lockstep.server.http.ApiError;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of the page, from the jar. They come from this server only, and may load nothing from elsewhere. */
final class PageFiles {
    private static final String INDEX = "index.html";
    private static final List<String> NAMES = List.of(
            INDEX,
            "page.css",
            "mark.svg",
            "icons.svg",
            "theme.js",
            "main.js",
            "api.js",
            "conversation.js",
            "dom.js",
            "markdown.js",
            "messages.js",
            "schedule.js",
            "settings.js",
            "store.js");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'; object-src 'none'";

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    PageFiles() {
        NAMES.forEach(name -> files.put(name, read(name)));
    }

    void index(Exchange exchange) {
        send(exchange, INDEX);
    }

    void file(Exchange exchange) {
        send(exchange, exchange.rest());
    }

    private void send(Exchange exchange, String name) {
        byte[] file = files.get(name);
        if (file == null) {
            throw new ApiException(
                    ApiError.request(404, "unknown_url", "the page has no file of that name; open / instead"));
        }
        exchange.setHeader("Cache-Control", "no-cache");
        exchange.setHeader("Content-Security-Policy", POLICY);
        exchange.setHeader("X-Content-Type-Options", "nosniff");
        exchange.setHeader("Referrer-Policy", "no-referrer");
        exchange.send(200, TYPES.get(name.substring(name.lastIndexOf('.') + 1)), file);
    }

    private static byte[] read(String name) {
        try (InputStream file = PageFiles.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not in the package");
            }
            return file.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
