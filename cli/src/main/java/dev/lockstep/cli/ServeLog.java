package dev.lockstep.cli;

import dev.lockstep.server.http.RequestEntry;
import dev.lockstep.server.http.RequestLog;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import tools.jackson.databind.json.JsonMapper;

/** The log of a server: one JSON object a line on standard error, for programs and patient people. */
final class ServeLog implements RequestLog {
    private static final String CONNECTIONS = "io.helidon.webserver.http1.Http1Connection";

    private final Console console;

    ServeLog(Console console) {
        this.console = console;
    }

    /** Puts what libraries log into the same form; of their chat only warnings and worse. */
    void takeOver() {
        LogManager.getLogManager().reset();
        var root = LogManager.getLogManager().getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (isRubbish(entry)) {
                    return;
                }
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("logger", entry.getLoggerName());
                fields.put("message", entry.getMessage());
                if (entry.getThrown() != null) {
                    fields.put("failure", trace(entry.getThrown()));
                }
                write(entry.getLevel().getName().toLowerCase(Locale.ROOT), fields);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** Bytes that are no HTTP, which Helidon takes for an error of its own: whoever sends them must not fill the log. */
    private static boolean isRubbish(LogRecord entry) {
        Throwable thrown = entry.getThrown();
        return CONNECTIONS.equals(entry.getLoggerName())
                && thrown != null
                && thrown.getCause() instanceof IllegalArgumentException;
    }

    void event(String event, Map<String, Object> fields) {
        write(event, fields);
    }

    @Override
    public void add(RequestEntry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", entry.id());
        fields.put("client", entry.client());
        fields.put("method", entry.method());
        fields.put("path", entry.path());
        fields.put("status", entry.status());
        fields.put("ms", entry.duration().toNanos() / 1000 / 1000.0);
        fields.putAll(entry.notes());
        entry.failure().ifPresent(failure -> fields.put("failure", trace(failure)));
        write("request", fields);
    }

    private void write(String event, Map<String, Object> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("event", event);
        line.putAll(fields);
        String text = JsonMapper.shared().writeValueAsString(line);
        synchronized (this) {
            console.note(text);
        }
    }

    private static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
