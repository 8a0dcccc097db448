package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come in. */
@TestInstance(Lifecycle.PER_CLASS)
class AccessTest {
    private static final String PROMPT = "{\"prompt\": \"a\", \"max_tokens\": 1}";

    private TestServer open;
    private TestServer locked;

    @BeforeAll
    void start(@TempDir Path directory) {
        open = TestServer.start(directory);
        locked = TestServer.start(
                directory,
                ServerOptions.DEFAULT
                        .withApiKeys(Set.of("first", "second"))
                        .withCorsOrigins(Set.of("https://friend.example")),
                ServiceOptions.DEFAULT);
    }

    @AfterAll
    void stop() {
        open.close();
        locked.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/metrics", "/api/tags", "/lockstep/schedule"})
    void shouldLetInOnlyWhoHasAKey(String path) {
        assertThat(locked.get(path).status()).isEqualTo(401);
        assertThat(locked.get(path, "Authorization", "Bearer wrong").status()).isEqualTo(401);
        assertThat(locked.get(path, "Authorization", "Basic first").status()).isEqualTo(401);
        assertThat(locked.get(path, "Authorization", "Bearer first").status()).isEqualTo(200);
        assertThat(locked.get(path, "Authorization", "bearer second").status()).isEqualTo(200);
        assertThat(locked.get(path, "x-api-key", "second").status()).isEqualTo(200);
        assertThat(open.get(path).status()).isEqualTo(200);
    }

    @Test
    void shouldSayWhyItDoesNotLetIn() {
        var none = locked.post("/v1/completions", PROMPT).json().path("error");
        assertThat(none.path("code").asString()).isEqualTo("invalid_api_key");
        assertThat(none.path("message").asString()).startsWith("there is no API key; send the header");
        var wrong =
                locked.post("/api/chat", "{}", "Authorization", "Bearer wrong").json();
        assertThat(wrong.path("error").asString()).startsWith("the API key is not one of this server's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/main.js", "/page/page.css", "/health", "/api/version"})
    void shouldShowThePageToEverybody(String path) {
        assertThat(locked.get(path).status()).isEqualTo(200);
    }

    @Test
    void shouldLetThePageLoadNothingFromElsewhere() {
        var page = open.get("/");
        assertThat(page.header("content-security-policy")).contains("default-src 'self'");
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
        assertThat(open.get("/page/page.css").body()).doesNotContain("http://").doesNotContain("https://");
    }

    @Test
    void shouldServeItsOwnPageAndFriends() {
        var own = open.post("/v1/completions", PROMPT, "Origin", "http://127.0.0.1:" + open.port());
        assertThat(own.status()).isEqualTo(200);
        var friend = locked.post(
                "/v1/completions", PROMPT, "Origin", "https://friend.example", "Authorization", "Bearer first");
        assertThat(friend.status()).isEqualTo(200);
        assertThat(friend.header("access-control-allow-origin")).isEqualTo("https://friend.example");
    }

    @Test
    void shouldTellBrowsersWhatFriendsMaySend() {
        var reply = locked.send(locked.request(
                        "/v1/chat/completions",
                        "Origin",
                        "https://friend.example",
                        "Access-Control-Request-Method",
                        "POST",
                        "Access-Control-Request-Headers",
                        "authorization,x-stainless-os")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-headers")).contains("x-stainless-os");
        assertThat(reply.header("access-control-allow-methods")).contains("POST");
    }

    @Test
    void shouldTurnStrangePagesAway() {
        var stranger = open.post("/v1/completions", PROMPT, "Origin", "https://evil.example");
        assertThat(stranger.status()).isEqualTo(403);
        assertThat(stranger.json().path("error").path("code").asString()).isEqualTo("forbidden_origin");
        assertThat(stranger.header("access-control-allow-origin")).isEmpty();
    }

    @Test
    void shouldNotAnswerToNamesThatWereTurnedToThisComputer() throws IOException {
        try (var client = new RawClient(open.port())) {
            client.send("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 403").contains("forbidden_host");
        }
        try (var client = new RawClient(open.port())) {
            client.send("GET /v1/models HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 200");
        }
    }
}
