package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    private static final String MESSAGES =
            "\"messages\": [{\"role\": \"user\", \"content\": \"" + "the cat sat on the mat and ".repeat(12) + "\"}]";
    private static final String QUESTION = "{" + MESSAGES + ", \"temperature\": 0, \"max_tokens\": 8}";

    @Test
    void shouldKeepConversationsForAServerThatIsStartedAgain(@TempDir Path models, @TempDir Path kept)
            throws IOException {
        String answer;
        try (var server = start(models, kept)) {
            assertThat(server.get("/sessions").json().toString()).isEqualTo("{\"sessions\":[]}");
            var saved = server.post("/sessions/save", "{\"name\": \"cats\", " + MESSAGES + "}")
                    .json();
            assertThat(saved.path("computed_tokens").intValue()).isGreaterThanOrEqualTo(64);
            answer = text(server);
        }
        try (var server = start(models, kept)) {
            var listed = server.get("/sessions").json().path("sessions").path(0);
            assertThat(listed.path("name").stringValue()).isEqualTo("cats");
            assertThat(listed.path("bytes").longValue()).isEqualTo(Files.size(kept.resolve("cats.session")));
            var loaded = server.post("/sessions/load", "{\"name\": \"cats\"}").json();
            assertThat(loaded.path("messages").path(0).path("content").stringValue())
                    .startsWith("the cat sat");
            var again = server.post("/v1/chat/completions", QUESTION).json();
            assertThat(again.path("usage")
                            .path("prompt_tokens_details")
                            .path("cached_tokens")
                            .intValue())
                    .isGreaterThanOrEqualTo(loaded.path("computed_tokens").intValue());
            assertThat(again.path("choices")
                            .path(0)
                            .path("message")
                            .path("content")
                            .stringValue())
                    .isEqualTo(answer);
            damage(kept.resolve("cats.session"));
            var refused = server.post("/sessions/load", "{\"name\": \"cats\"}");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.json().path("error").path("code").stringValue()).isEqualTo("session_unusable");
            assertThat(server.post("/sessions/delete", "{\"name\": \"cats\"}").status())
                    .isEqualTo(200);
            var missing = server.post("/sessions/load", "{\"name\": \"cats\"}");
            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.body()).contains("there is no session cats; GET /sessions lists what there is");
        }
    }

    private static TestServer start(Path models, Path kept) {
        return TestServer.start(models, ServerOptions.DEFAULT.withSessions(kept), ServiceOptions.DEFAULT);
    }

    private static String text(TestServer server) {
        return server.post("/v1/chat/completions", QUESTION)
                .json()
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .stringValue();
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }
}
