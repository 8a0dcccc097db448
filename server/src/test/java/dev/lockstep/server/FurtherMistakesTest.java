package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Every row of the second table in {@code docs/api.md}: mistakes that need more than one request, each made here as it is described. */
@Timeout(60)
class FurtherMistakesTest {
    private static final Path PAGE = Path.of(System.getProperty("lockstep.root", ".."), "docs", "api.md");
    private static final Pattern ROW = Pattern.compile("\\| (.+?) \\| (\\d*) ?\\| (\\S*) ?\\| (.*) \\|");
    private static final Pattern ANYTHING = Pattern.compile("…|\\bN\\b|\\bM\\b|\\bORIGIN\\b|\\bNAME\\b");
    private static final String SHORT = "{\"prompt\": \"a\", \"max_tokens\": 2}";
    private static final String ENDLESS =
            "{\"prompt\": \"a\", \"max_tokens\": -1, \"ignore_eos\": true, \"context_shift\": true}";

    @TempDir
    private Path directory;

    /** @param status 0 where the connection is closed without an answer */
    record Row(String mistake, int status, String code, String message) {
        static Row parse(String line) {
            Matcher row = ROW.matcher(line);
            assertThat(row.matches()).as(line).isTrue();
            return new Row(
                    row.group(1),
                    row.group(2).isEmpty() ? 0 : Integer.parseInt(row.group(2)),
                    row.group(3),
                    row.group(4));
        }

        boolean comesAgain() {
            return message.contains("`Retry-After`");
        }

        /** The message, with anything where the page leaves it open. */
        Pattern pattern() {
            String plain = message.replaceFirst(", with (the header )?`Retry-After`$", "");
            return Pattern.compile(ANYTHING.matcher(Pattern.quote(plain)).replaceAll("\\\\E.+\\\\Q"));
        }

        @Override
        public String toString() {
            return mistake;
        }
    }

    /** Makes a mistake, and gives what came back. */
    private interface Scenario {
        String make() throws Exception;
    }

    private final Map<String, Scenario> scenarios = Map.ofEntries(
            Map.entry("a prompt that does not fit the context", () -> {
                try (var server = TestServer.start(directory)) {
                    return told(server.post("/v1/completions", "{\"prompt\": \"" + "xyz ".repeat(400) + "\"}"));
                }
            }),
            Map.entry("no API key, where the server asks for one", () -> withKey()),
            Map.entry("a wrong one", () -> withKey("Authorization", "Bearer wrong")),
            Map.entry("a web page from elsewhere", () -> {
                try (var server = TestServer.start(directory)) {
                    return told(server.post("/v1/completions", SHORT, "Origin", "https://evil.example"));
                }
            }),
            Map.entry(
                    "another name than the computer's, on a server without keys that listens to this computer only",
                    () -> raw(
                            ServerOptions.DEFAULT,
                            "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")),
            Map.entry("a body larger than `--max-body`", () -> {
                try (var server = start(ServerOptions.DEFAULT.withMaxBodyBytes(100), ServiceOptions.DEFAULT)) {
                    return told(server.post("/v1/completions", "{\"prompt\": \"" + "a".repeat(100) + "\"}"));
                }
            }),
            Map.entry(
                    "a body that does not arrive within 30 s, an answer that nobody takes for 60 s",
                    () -> raw(
                            ServerOptions.DEFAULT.withBodyTime(Duration.ofSeconds(1)),
                            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"pro")),
            Map.entry("bytes that are no HTTP", () -> raw(ServerOptions.DEFAULT, "GET / HTTP/1.1\r\nHost\r\n\r\n")),
            Map.entry("more requests than can be answered in time", () -> {
                var service = ServiceOptions.DEFAULT.withMaxRunning(1).withMaxWaiting(0);
                try (var server = start(ServerOptions.DEFAULT.withRequestTime(Duration.ofSeconds(3)), service)) {
                    return IntStream.range(0, 4)
                            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> server.post("/v1/completions", ENDLESS)))
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .filter(reply -> reply.status() == 429)
                            .map(FurtherMistakesTest::told)
                            .findFirst()
                            .orElse("nobody was turned away");
                }
            }),
            Map.entry("an answer that takes longer than `--time-limit`", () -> {
                var options = ServerOptions.DEFAULT.withRequestTime(Duration.ofMillis(300));
                try (var server = start(options, ServiceOptions.DEFAULT)) {
                    return told(server.post("/v1/completions", ENDLESS));
                }
            }),
            Map.entry("a request for which the system gives no memory", () -> {
                FakeMachine machine = FakeMachine.hashing(500, 16);
                machine.room = 0;
                var service = InferenceService.open(new FakeModel().open(machine), ServiceOptions.DEFAULT);
                try (var server = TestServer.start(service)) {
                    return told(server.post("/v1/completions", SHORT));
                }
            }),
            Map.entry("a session of another model, or a damaged one", () -> {
                Files.writeString(directory.resolve("x.session"), "no session");
                try (var server = start(ServerOptions.DEFAULT.withSessions(directory), ServiceOptions.DEFAULT)) {
                    return told(server.post("/sessions/load", "{\"name\": \"x\"}"));
                }
            }),
            Map.entry("a request while the model is loading", () -> {
                try (var server = TestServer.loading(ServerOptions.DEFAULT)) {
                    return told(server.post("/v1/completions", SHORT));
                }
            }),
            Map.entry("a request while the server closes", () -> {
                var server =
                        start(ServerOptions.DEFAULT.withShutdownTime(Duration.ofMillis(200)), ServiceOptions.DEFAULT);
                var running = CompletableFuture.supplyAsync(() -> server.post("/v1/completions", ENDLESS));
                while (!server.get("/metrics").body().contains("lockstep_requests_running 1")) {
                    Thread.sleep(10);
                }
                server.close();
                return told(running.join());
            }));

    static Stream<Row> rows() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        int from = lines.indexOf("What needs more than one request:");
        assertThat(from).isPositive();
        return lines.subList(from, lines.size()).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| mistake"))
                .map(Row::parse);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldGetWhatThePageSays(Row row) throws Exception {
        assertThat(scenarios).as("a mistake that nobody makes here").containsKey(row.mistake);
        String told = scenarios.get(row.mistake).make();
        if (row.status == 0) {
            assertThat(told).isEmpty();
            return;
        }
        String[] parts = told.split("\n", 4);
        assertThat(parts[0]).as(told).isEqualTo(String.valueOf(row.status));
        assertThat(parts[1]).isEqualTo(row.code);
        assertThat(parts[2]).isEqualTo(row.comesAgain() ? "come again" : "");
        assertThat(parts[3]).matches(row.pattern());
    }

    private TestServer start(ServerOptions options, ServiceOptions service) {
        return TestServer.start(directory, options, service);
    }

    private String withKey(String... headers) {
        try (var server = start(ServerOptions.DEFAULT.withApiKeys(Set.of("secret")), ServiceOptions.DEFAULT)) {
            return told(server.post("/v1/completions", SHORT, headers));
        }
    }

    /** Status, code, whether to come again, and message, each on its line. */
    private static String told(TestServer.Reply reply) {
        var error = reply.json().path("error");
        return reply.status() + "\n" + error.path("code").asString() + "\n"
                + (reply.header("retry-after").isEmpty() ? "" : "come again") + "\n"
                + error.path("message").asString();
    }

    private String raw(ServerOptions options, String bytes) throws IOException {
        try (var server = start(options, ServiceOptions.DEFAULT);
                var client = new RawClient(server.port())) {
            String reply = client.send(bytes).readAll();
            if (reply.isEmpty()) {
                return "";
            }
            var error = JsonMapper.shared()
                    .readTree(reply.substring(reply.indexOf('{'), reply.lastIndexOf('}') + 1))
                    .path("error");
            return reply.split(" ")[1] + "\n" + error.path("code").asString() + "\n\n"
                    + error.path("message").asString();
        }
    }
}
