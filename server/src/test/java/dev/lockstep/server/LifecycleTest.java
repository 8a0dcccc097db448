package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are not ready yet or not any more, and clients that go. */
class LifecycleTest {
    /** Nearly the whole context, for each of several answers. */
    private static final String LONG =
            "{\"prompt\": \"a\", \"max_tokens\": 480, \"ignore_eos\": true, \"n\": 4, \"stream\": %s}";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldSayThatTheModelIsLoadingUntilItIsThere() {
        try (var server = TestServer.loading(ServerOptions.DEFAULT)) {
            assertThat(server.get("/health").status()).isEqualTo(503);
            assertThat(server.get("/health").json().path("status").asString()).isEqualTo("loading");
            var refused = server.post("/v1/completions", "{\"prompt\": \"a\"}");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().path("error").path("code").asString()).isEqualTo("model_loading");
            assertThat(refused.header("retry-after")).isNotEmpty();
            assertThat(server.get("/v1/models").status())
                    .as("its name is known")
                    .isEqualTo(200);
            assertThat(server.get("/").status()).isEqualTo(200);
            server.load(directory, ServiceOptions.DEFAULT);
            assertThat(server.get("/health").json().path("status").asString()).isEqualTo("ok");
            assertThat(server.post("/v1/completions", "{\"prompt\": \"a\"}").status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldStopGeneratingWhenTheClientGoes(boolean stream) throws IOException {
        try (var server = TestServer.start(directory)) {
            var client = new RawClient(server.port());
            client.post("/v1/completions", LONG.formatted(stream));
            await(() -> metric(server, "lockstep_requests_running") > 0);
            client.close();
            await(() -> metric(server, "lockstep_answers_total{end=\"cancelled\"}") == 1);
            await(() -> metric(server, "lockstep_requests_running") == 0);
            assertThat(metric(server, "lockstep_tokens_total{kind=\"decoded\"}"))
                    .as("it was far from its end")
                    .isLessThan(4 * 480);
            await(() -> server.log().stream().anyMatch(entry -> entry.path().equals("/v1/completions")));
            var answer = server.log().stream()
                    .filter(entry -> entry.path().equals("/v1/completions"))
                    .findFirst()
                    .orElseThrow();
            assertThat(answer.failure()).isEmpty();
            assertThat(answer.status()).isEqualTo(499);
        }
    }

    @Test
    void shouldAnswerRequestsThatComeBeforeTheAnswerToTheLast() throws IOException {
        try (var server = TestServer.start(directory);
                var client = new RawClient(server.port())) {
            String body = "{\"prompt\": \"a\", \"max_tokens\": 2, \"temperature\": 0}";
            client.post("/v1/completions", body).post("/v1/completions", body, "Connection: close");
            assertThat(client.readAll().split("HTTP/1.1 200", -1)).hasSize(3);
        }
    }

    @Test
    void shouldLetAnswersEndBeforeItCloses() throws Exception {
        var server = TestServer.start(directory, ServerOptions.DEFAULT, ServiceOptions.DEFAULT);
        var answer = CompletableFuture.supplyAsync(
                () -> server.post("/v1/completions", "{\"prompt\": \"a\", \"max_tokens\": 100, \"ignore_eos\": true}"));
        await(() -> metric(server, "lockstep_requests_running") == 1);
        server.close();
        assertThat(answer.get().status()).isEqualTo(200);
        assertThat(answer.get().json().at("/usage/completion_tokens").asInt()).isEqualTo(100);
    }

    @Test
    void shouldBreakOffAnswersThatTakeLongerThanItWaits() throws Exception {
        var server = TestServer.start(
                directory, ServerOptions.DEFAULT.withShutdownTime(Duration.ZERO), ServiceOptions.DEFAULT);
        var whole = CompletableFuture.supplyAsync(() -> server.post("/v1/completions", LONG.formatted(false)));
        var stream = CompletableFuture.supplyAsync(() -> server.post("/v1/completions", LONG.formatted(true)));
        await(() -> metric(server, "lockstep_requests_running") >= 2);
        server.close();
        assertThat(whole.get().status()).isEqualTo(503);
        assertThat(whole.get().json().at("/error/code").asString()).isEqualTo("shutting_down");
        assertThat(stream.get().body()).contains("\"code\":\"shutting_down\"").doesNotContain("[DONE]");
    }

    private static double metric(TestServer server, String name) {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not happen").isLessThan(deadline);
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
