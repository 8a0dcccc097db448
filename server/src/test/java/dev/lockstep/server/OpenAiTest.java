package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The endpoints of OpenAI's API, byte for byte where clients look at bytes. */
@TestInstance(Lifecycle.PER_CLASS)
class OpenAiTest {
    private static final String CHAT =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"temperature\": 0, \"max_tokens\": 8%s}";

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
    void shouldAnswerAChat() {
        var json = server.post("/v1/chat/completions", CHAT.formatted("")).json();
        assertThat(json.path("object").asString()).isEqualTo("chat.completion");
        assertThat(json.path("model").asString()).isEqualTo("words");
        var choice = json.path("choices").path(0);
        assertThat(choice.path("message").path("role").asString()).isEqualTo("assistant");
        assertThat(choice.path("message").path("content").asString()).isNotEmpty();
        assertThat(choice.path("message").has("refusal")).isTrue();
        assertThat(choice.path("finish_reason").asString()).isEqualTo("length");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        var usage = json.path("usage");
        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(8);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("prompt_tokens").asInt() + 8);
    }

    @Test
    void shouldStreamTheSameAnswerInEventsThatSimpleClientsUnderstand() {
        var whole = server.post("/v1/chat/completions", CHAT.formatted("")).json();
        var reply = server.post(
                "/v1/chat/completions",
                CHAT.formatted(", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.header("cache-control")).isEqualTo("no-cache");
        List<JsonNode> chunks = chunks(reply.body());
        assertThat(chunks.getFirst().at("/choices/0/delta/role").asString()).isEqualTo("assistant");
        var text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asString("")));
        assertThat(text.toString())
                .isEqualTo(whole.at("/choices/0/message/content").asString());
        assertThat(chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").asString())
                .isEqualTo("length");
        assertThat(chunks.getLast().path("choices").isEmpty()).isTrue();
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
                .isEqualTo(8);
    }

    @Test
    void shouldContinueSeveralTexts() {
        var json = server.post(
                        "/v1/completions",
                        "{\"prompt\": [\"the cat\", \"a dog\"], \"n\": 2, \"max_tokens\": 3, \"temperature\": 0, \"echo\": true}")
                .json();
        assertThat(json.path("choices").size()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            var choice = json.path("choices").path(i);
            assertThat(choice.path("index").asInt()).isEqualTo(i);
            assertThat(choice.path("text").asString()).startsWith(i < 2 ? "the cat " : "a dog ");
        }
        assertThat(json.path("usage").path("completion_tokens").asInt()).isEqualTo(12);
    }

    @Test
    void shouldContinueTokens() {
        var tokens = server.post("/tokenize", "{\"content\": \"the cat\", \"add_special\": true}")
                .json()
                .path("tokens");
        var byText = server.post("/v1/completions", "{\"prompt\": \"the cat\", \"temperature\": 0}")
                .json();
        var byTokens = server.post("/v1/completions", "{\"prompt\": " + tokens + ", \"temperature\": 0}")
                .json();
        assertThat(byTokens.at("/choices/0/text").asString())
                .isEqualTo(byText.at("/choices/0/text").asString());
        assertThat(byText.at("/usage/completion_tokens").asInt())
                .as("OpenAI's default")
                .isEqualTo(16);
    }

    @Test
    void shouldGiveTheSameTextForTheSameSeedAndAnotherWithoutOne() {
        String seeded = "{\"prompt\": \"a\", \"max_tokens\": 12, \"temperature\": 2, \"seed\": 5}";
        String open = "{\"prompt\": \"a\", \"max_tokens\": 12, \"temperature\": 2}";
        assertThat(text(seeded)).isEqualTo(text(seeded));
        assertThat(text(open)).isNotEqualTo(text(open));
    }

    @Test
    void shouldStopAtAText() {
        String all = text("{\"prompt\": \"a\", \"max_tokens\": 12, \"temperature\": 0}");
        String word = all.strip().split(" ")[3];
        var json = server.post(
                        "/v1/completions",
                        "{\"prompt\": \"a\", \"max_tokens\": 12, \"temperature\": 0, \"stop\": \" " + word + "\"}")
                .json();
        assertThat(json.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
        assertThat(json.at("/choices/0/text").asString()).isEqualTo(all.substring(0, all.indexOf(" " + word)));
    }

    @Test
    void shouldTakeTheSamplersOfLlamaCpp() {
        assertThat(samplers(
                        "\"top_n_sigma\": 1.5, \"dynatemp_range\": 0.5, \"temperature\": 1, \"xtc_probability\": 0.25"))
                .contains("top-n-sigma(1.5)", "dynamic-temperature(0.5,1.5,1.0)", "xtc(0.25,0.1)");
        assertThat(samplers("\"mirostat\": 2, \"mirostat_tau\": 4, \"seed\": 7"))
                .endsWith("mirostat(2,4.0,0.1,7)");
        assertThat(samplers("\"dry_multiplier\": 0.8, \"dry_sequence_breakers\": [\"no such text\"]"))
                .contains("dry(0.8,1.75,2,2147483647)");
        int colon = server.post("/tokenize", "{\"content\": \":\"}").json().path("tokens").values().stream()
                .reduce((_, last) -> last)
                .orElseThrow()
                .asInt();
        assertThat(samplers("\"dry_multiplier\": 1")).containsPattern("dry\\([^)]*," + colon + "[,)]");
        assertThat(samplers("\"dry_multiplier\": 0, \"mirostat\": 0, \"xtc_probability\": 0, \"top_n_sigma\": -1"))
                .doesNotContain("dry", "mirostat", "xtc", "sigma");
    }

    /** The stages that a request is answered with, as its receipt has them. */
    private String samplers(String fields) {
        String parameters = server.post(
                        "/v1/completions", "{\"prompt\": \"a\", \"max_tokens\": 2, \"receipt\": true, " + fields + "}")
                .json()
                .path("receipt")
                .path("parameters")
                .asString();
        return JsonMapper.shared().readTree(parameters).path("sampler").asString();
    }

    @Test
    void shouldListTheModel() {
        var list = server.get("/v1/models").json();
        assertThat(list.at("/data/0/id").asString()).isEqualTo("words");
        var one = server.get("/v1/models/words").json();
        assertThat(one).isEqualTo(list.at("/data/0"));
        assertThat(one.path("context_length").asInt()).isEqualTo(WordModel.CONTEXT);
    }

    @Test
    void shouldTurnTextIntoTokensAndBack() {
        var tokens =
                server.post("/tokenize", "{\"content\": \"the cat\"}").json().path("tokens");
        assertThat(tokens.size()).isPositive();
        assertThat(server.post("/detokenize", "{\"tokens\": " + tokens + "}")
                        .json()
                        .path("content")
                        .asString())
                .isEqualTo("the cat");
        var pieces = server.post("/tokenize", "{\"content\": \"the\", \"with_pieces\": true}")
                .json();
        assertThat(pieces.at("/tokens/0/piece").asString()).isNotEmpty();
    }

    @Test
    void shouldShowWhatAChatBecomes() {
        var prompt = server.post(
                        "/apply-template",
                        "{\"messages\": [{\"role\": \"developer\", \"content\": [{\"type\": \"text\", \"text\": \"be\"},"
                                + " {\"type\": \"text\", \"text\": \" kind\"}]}, {\"role\": \"user\", \"content\": \"hi\"}]}")
                .json()
                .path("prompt")
                .asString();
        assertThat(prompt).isEqualTo("[system] be kind\n[user] hi\n[assistant]");
    }

    private String text(String request) {
        return server.post("/v1/completions", request)
                .json()
                .at("/choices/0/text")
                .asString();
    }

    private static List<JsonNode> chunks(String body) {
        assertThat(body).endsWith("data: [DONE]\n\n");
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : body.split("\n\n")) {
            assertThat(event).startsWith("data: ");
            if (!event.equals("data: [DONE]")) {
                chunks.add(JsonMapper.shared().readTree(event.substring("data: ".length())));
            }
        }
        return chunks;
    }
}
