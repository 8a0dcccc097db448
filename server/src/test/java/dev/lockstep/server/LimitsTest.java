package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too large, too slow, or too much. */
@TestInstance(Lifecycle.PER_CLASS)
class LimitsTest {
    private static final int MAX_BODY = 20_000;

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        var options = ServerOptions.DEFAULT
                .withMaxBodyBytes(MAX_BODY)
                .withBodyTime(Duration.ofSeconds(1))
                .withRequestTime(Duration.ofMillis(700));
        server = TestServer.start(
                directory, options, ServiceOptions.DEFAULT.withMaxRunning(1).withMaxWaiting(2));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void shouldRefuseBodiesThatAreTooLarge() {
        String large = "{\"prompt\": \"" + "a".repeat(MAX_BODY) + "\"}";
        assertTooLarge(server.post("/v1/completions", large));
        // Without a length in advance.
        var chunked = HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(large));
        assertTooLarge(server.send(server.request("/v1/completions").POST(chunked)));
    }

    private static void assertTooLarge(TestServer.Reply reply) {
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.json().path("error").path("message").asString())
                .isEqualTo("the body is larger than " + MAX_BODY + " bytes; send less at once");
    }

    @Test
    void shouldRefusePromptsThatDoNotFitTheContext() {
        var error = server.post("/v1/completions", "{\"prompt\": \"" + "xyz ".repeat(400) + "\"}")
                .json()
                .path("error");
        assertThat(error.path("code").asString()).isEqualTo("context_length_exceeded");
        assertThat(error.path("message").asString()).contains("but the context holds " + WordModel.CONTEXT);
    }

    @Test
    void shouldDropWhoDoesNotSendTheBody() throws IOException {
        try (var client = new RawClient(server.port())) {
            client.send("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"pro");
            long start = System.nanoTime();
            assertThat(client.readAll()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "\u0001\u0002abc / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\u00ff\u00fe q\r\n\r\n",
                "GET / HTTP/1.1\r\nHost\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"
            })
    void shouldEndConnectionsThatSpeakSomethingElse(String rubbish) throws IOException {
        try (var client = new RawClient(server.port())) {
            client.send(rubbish);
            assertThat(client.readAll()).doesNotStartWith("HTTP/1.1 200").doesNotStartWith("HTTP/1.1 5");
        }
        assertThat(server.get("/health").status()).isEqualTo(200);
    }

    @Test
    void shouldEndAnswersThatTakeTooLong() {
        String endless =
                "{\"prompt\": \"a\", \"max_tokens\": -1, \"ignore_eos\": true, \"n\": 100, \"temperature\": 1, \"context_shift\": %s}";
        var reply = server.post("/v1/completions", endless.formatted("false"));
        assertThat(reply.status()).as(reply.body()).isEqualTo(504);
        assertThat(reply.json().path("error").path("code").asString()).isEqualTo("timeout");
    }

    @Test
    void shouldTellWhenToComeAgainIfThereIsTooMuchToDo() throws Exception {
        String slow = "{\"prompt\": \"a\", \"max_tokens\": 400, \"ignore_eos\": true}";
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var replies = IntStream.range(0, 30)
                    .mapToObj(_ -> clients.submit(() -> server.post("/v1/completions", slow)))
                    .toList();
            int overloaded = 0;
            for (var future : replies) {
                var reply = future.get();
                assertThat(reply.status()).as(reply.body()).isIn(200, 429, 504);
                if (reply.status() == 429) {
                    overloaded++;
                    assertThat(Integer.parseInt(reply.header("retry-after"))).isPositive();
                    assertThat(reply.json().path("error").path("type").asString())
                            .isEqualTo("rate_limit_error");
                }
            }
            assertThat(overloaded).isPositive();
        }
    }
}
