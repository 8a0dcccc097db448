package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What Open WebUI sends, over either of its connections. */
@TestInstance(Lifecycle.PER_CLASS)
class OpenWebUiTest {
    private static final String CHAT_ID = "X-OpenWebUI-Chat-Id";

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = TestServer.start(directory);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void shouldListItsModel() {
        var models = server.get("/v1/models", "Authorization", "Bearer none").json();
        assertThat(models.path("object").asString()).isEqualTo("list");
        assertThat(models.path("data").path(0).path("id").asString()).isEqualTo("words");
        assertThat(models.path("data").path(0).path("object").asString()).isEqualTo("model");
    }

    @Test
    void shouldChatOverTheConnectionForOpenAi() {
        var reply = server.post(
                "/v1/chat/completions",
                "{\"stream\": true, \"model\": \"words\", \"messages\": [{\"role\": \"system\", \"content\": \"Be kind.\"},"
                        + " {\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"hello\"}]}],"
                        + " \"stream_options\": {\"include_usage\": true}, \"max_tokens\": 4, \"temperature\": 0.5, \"seed\": 1,"
                        + " \"logit_bias\": {}, \"reasoning_effort\": null, \"metadata\": {\"task\": \"chat\"}}",
                CHAT_ID,
                "1",
                "X-OpenWebUI-User-Name",
                "A%20B");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.body()).contains("\"delta\"", "\"usage\"", "\"completion_tokens\":4", "data: [DONE]");
    }

    /** A title for the conversation, and words to find it by. */
    @Test
    void shouldDoItsTasks() {
        var reply = server.post(
                "/v1/chat/completions",
                "{\"model\": \"words\", \"messages\": [{\"role\": \"user\", \"content\": \"### Task: a title\"}], \"stream\": false,"
                        + " \"max_completion_tokens\": 5}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.json()
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("role")
                        .asString())
                .isEqualTo("assistant");
    }

    @Test
    void shouldChatOverTheConnectionForOllama() {
        assertThat(server.get("/api/version").json().path("version").asString()).isNotEmpty();
        String name = server.get("/api/tags")
                .json()
                .path("models")
                .path(0)
                .path("model")
                .asString();
        assertThat(server.get("/api/ps")
                        .json()
                        .path("models")
                        .path(0)
                        .path("name")
                        .asString())
                .isEqualTo(name);
        var reply = server.post(
                "/api/chat",
                "{\"model\": \"%s\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}],".formatted(name)
                        + " \"options\": {\"temperature\": 0.5, \"num_ctx\": 2048, \"num_predict\": 4, \"num_gpu\": 0},"
                        + " \"stream\": true, \"keep_alive\": \"5m\"}",
                CHAT_ID,
                "1");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("application/x-ndjson");
        assertThat(reply.body().lines().toList().getLast()).contains("\"done\":true", "\"eval_count\":4");
    }
}
