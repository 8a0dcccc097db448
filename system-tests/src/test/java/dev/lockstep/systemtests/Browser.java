package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A headless Chromium with one page, driven through its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> NAMES =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final String session;

    /** A size of screen. */
    enum Screen {
        DESKTOP(1280, 860, 1, false),
        PHONE(390, 844, 2, true);

        private final int width;
        private final int height;
        private final int scale;
        private final boolean mobile;

        Screen(int width, int height, int scale, boolean mobile) {
            this.width = width;
            this.height = height;
            this.scale = scale;
            this.mobile = mobile;
        }
    }

    /** Where a browser is, if one is installed. */
    static Optional<Path> find() {
        return NAMES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    static Browser start(Path program, Path profile) {
        try {
            var process = new ProcessBuilder(
                            program.toString(),
                            "--headless=new",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--hide-scrollbars",
                            "--no-first-run",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new Browser(process, address(process.errorReader()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Browser(Process process, URI address) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(address, new Listener())
                .join();
        String target = command("", "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asString();
        this.session = command("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asString();
        send("Page.enable", Map.of());
        send("Runtime.enable", Map.of());
        send("Log.enable", Map.of());
    }

    private static URI address(BufferedReader output) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            int place = line.indexOf("ws://");
            if (line.contains("DevTools listening") && place >= 0) {
                // Somebody has to read what else it says, or it stops.
                Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
                return URI.create(line.substring(place).strip());
            }
        }
        throw new IOException("the browser did not start");
    }

    void screen(Screen screen) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width", screen.width,
                        "height", screen.height,
                        "deviceScaleFactor", screen.scale,
                        "mobile", screen.mobile));
        send("Emulation.setTouchEmulationEnabled", Map.of("enabled", screen.mobile));
    }

    void open(String url) {
        send("Page.navigate", Map.of("url", url));
        await("the page", () -> evaluate("document.readyState").asString("").equals("complete"));
    }

    /** The value of a JavaScript expression. */
    JsonNode evaluate(String expression) {
        JsonNode result = send(
                "Runtime.evaluate",
                Map.of("expression", expression, "returnByValue", true, "awaitPromise", true, "userGesture", true));
        assertThat(result.has("exceptionDetails"))
                .as(() -> expression + ": " + result.path("exceptionDetails"))
                .isFalse();
        return result.path("result").path("value");
    }

    String text(String selector) {
        return evaluate("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''")
                .asString();
    }

    void click(String selector) {
        evaluate("document.querySelector(" + quoted(selector) + ").click()");
    }

    /** Types into the field that has the focus. */
    void type(String text) {
        send("Input.insertText", Map.of("text", text));
    }

    void press(String key) {
        for (String type : List.of("keyDown", "keyUp")) {
            Map<String, Object> event = new LinkedHashMap<>(Map.of("type", type, "key", key, "code", key));
            if (key.equals("Enter")) {
                event.put("windowsVirtualKeyCode", 13);
                event.put("text", "\r");
            } else if (key.equals("Escape")) {
                event.put("windowsVirtualKeyCode", 27);
            }
            send("Input.dispatchKeyEvent", event);
        }
    }

    void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + " did not come; " + errors).isLessThan(deadline);
            pause(40);
        }
    }

    /** Waits until a JavaScript expression is true. */
    void await(String expression) {
        await(expression, () -> evaluate("Boolean(" + expression + ")").asBoolean());
    }

    void screenshot(Path file) {
        String data = send("Page.captureScreenshot", Map.of("format", "png"))
                .path("data")
                .asString();
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, Base64.getDecoder().decode(data));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What the page complained about: exceptions, and things that did not load. */
    List<String> errors() {
        return errors;
    }

    JsonNode send(String method, Map<String, ?> parameters) {
        return command(session, method, parameters);
    }

    private JsonNode command(String session, String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        answers.put(id, answer);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("id", id);
        message.put("method", method);
        message.put("params", parameters);
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(JsonMapper.shared().writeValueAsString(message), true).join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JsonMapper.shared().readTree(text.toString());
                text.setLength(0);
                hear(message);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        private void hear(JsonNode message) {
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.path("id").asInt(-1));
            if (answer != null) {
                if (message.has("error")) {
                    answer.completeExceptionally(
                            new IllegalStateException(message.path("error").toString()));
                } else {
                    answer.complete(message.path("result"));
                }
                return;
            }
            switch (message.path("method").asString("")) {
                case "Runtime.exceptionThrown" ->
                    errors.add(message.at("/params/exceptionDetails").toString());
                case "Log.entryAdded" -> {
                    if (message.at("/params/entry/level").asString("").equals("error")) {
                        errors.add(message.at("/params/entry/text").asString() + " "
                                + message.at("/params/entry/url").asString(""));
                    }
                }
                default -> {}
            }
        }
    }
}
