package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Script;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gaps filled, as editors ask for it: with the bodies that Continue's providers and llama.vim send. The model knows one gap, and says
 * what comes before it in its file.
 */
@TestInstance(Lifecycle.PER_CLASS)
class EditorsTest {
    private static final String BEFORE = "int sum(";
    private static final String AFTER = ") { return a + b; }";
    private static final String FILLED = "int a, int b";

    private TestServer server;

    @BeforeAll
    void start() {
        TinyTokenizer tokenizer = TinyTokenizer.filling();
        var script = new Script(tokenizer, "<middle>", EditorsTest::answers);
        var machine = new FakeMachine(tokenizer.vocabularySize(), 512, 16, script);
        server = TestServer.start(InferenceService.open(
                new FakeModel("code", tokenizer).openWithTemplate(machine, "{{ messages[0].content }}"),
                ServiceOptions.DEFAULT));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static List<String> answers(String prompt) {
        return prompt.endsWith("<before>" + BEFORE + "<after>" + AFTER + "<middle>") ? List.of(FILLED) : List.of("?");
    }

    @Test
    void shouldFillTheGapOfACompletion() {
        var reply = server.post(
                "/v1/completions",
                "{\"prompt\": \"%s\", \"suffix\": \"%s\", \"temperature\": 0, \"max_tokens\": 50}"
                        .formatted(BEFORE, AFTER));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        JsonNode choice = reply.json().path("choices").path(0);
        assertThat(choice.path("text").asString()).isEqualTo(FILLED);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
    }

    /** Continue's provider "openai" writes the marks into the prompt, where the model's template is known to it. */
    @Test
    void shouldKnowMarksThatAreWrittenOut() {
        var reply = server.post(
                "/v1/completions",
                "{\"model\": \"words\", \"prompt\": \"<before>%s<after>%s<middle>\", \"max_tokens\": 50, \"temperature\": 0.01,"
                                .formatted(BEFORE, AFTER)
                        + " \"stream\": true, \"stop\": [\"<before>\", \"/src/\", \"\\n\\n\"]}");
        assertThat(events(reply.body()).stream()
                        .map(event -> event.path("choices").path(0).path("text").asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(FILLED);
    }

    /** The provider "openai" of Continue where it fills gaps itself, and Mistral's clients. */
    @Test
    void shouldFillTheGapOfMistralsApi() {
        String body =
                ("{\"model\": \"words\", \"prompt\": \"%s\", \"suffix\": \"%s\", \"max_tokens\": 50, \"temperature\": 0,"
                                + " \"stop\": [\"\\n\\n\"], \"stream\": %s}")
                        .formatted(BEFORE, AFTER, "%s");
        assertThat(events(server.post("/v1/fim/completions", body.formatted(true))
                                .body())
                        .stream()
                        .map(event -> event.path("choices")
                                .path(0)
                                .path("delta")
                                .path("content")
                                .asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(FILLED);
        JsonNode whole =
                server.post("/v1/fim/completions", body.formatted(false)).json();
        assertThat(whole.path("choices").path(0).path("message").path("content").asString())
                .isEqualTo(FILLED);
    }

    /** The provider "ollama" of Continue looks at the template to see whether gaps are filled. */
    @Test
    void shouldFillTheGapOfOllamasApi() {
        JsonNode shown = server.post("/api/show", "{\"name\": \"words\"}").json();
        assertThat(shown.path("template").asString()).contains(".Suffix");
        assertThat(shown.path("capabilities").toString()).contains("insert");
        JsonNode reply = server.post(
                        "/api/generate",
                        ("{\"model\": \"words\", \"prompt\": \"%s\", \"suffix\": \"%s\", \"raw\": true, \"keep_alive\": 1800,"
                                        + " \"options\": {\"temperature\": 0, \"num_predict\": 50, \"num_ctx\": 4096, \"stop\": [\"\\n\\n\"]},"
                                        + " \"stream\": false}")
                                .formatted(BEFORE, AFTER))
                .json();
        assertThat(reply.path("response").asString()).isEqualTo(FILLED);
        assertThat(reply.path("done").asBoolean()).isTrue();
    }

    /** The provider "llama.cpp" of Continue. */
    @Test
    void shouldContinueAsLlamaCpp() {
        var reply = server.post(
                "/completion",
                "{\"prompt\": \"<before>%s<after>%s<middle>\", \"stream\": true, \"n_predict\": 50, \"top_k\": 40, \"temperature\": 0}"
                        .formatted(BEFORE, AFTER));
        List<JsonNode> events = events(reply.body());
        assertThat(events.stream()
                        .map(event -> event.path("content").asString())
                        .collect(Collectors.joining()))
                .isEqualTo(FILLED);
        assertThat(events.getLast().path("stop").asBoolean()).isTrue();
        assertThat(events.getLast().path("stop_type").asString()).isEqualTo("eos");
        assertThat(events.getLast().path("tokens_predicted").asInt()).isEqualTo(FILLED.length());
    }

    /** llama.vim and llama.vscode. */
    @Test
    void shouldFillTheGapOfLlamaCpp() {
        String split = "{\"input_prefix\": \"int \", \"prompt\": \"sum(\", \"input_suffix\": \"%s\","
                + " \"input_extra\": [{\"filename\": \"a.c\", \"text\": \"int x;\"}], \"n_predict\": %d, \"temperature\": 0,"
                + " \"samplers\": [\"top_k\", \"top_p\", \"infill\"], \"cache_prompt\": true, \"t_max_prompt_ms\": 500}";
        JsonNode reply = server.post("/infill", split.formatted(AFTER, 50)).json();
        assertThat(reply.path("content").asString()).isEqualTo(FILLED);
        assertThat(reply.path("timings").path("predicted_n").asInt()).isEqualTo(FILLED.length());
        JsonNode cut = server.post("/infill", split.formatted(AFTER, 3)).json();
        assertThat(cut.path("content").asString()).isEqualTo("int");
        assertThat(cut.path("stop_type").asString()).isEqualTo("limit");
    }

    private static List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JsonMapper.shared().readTree(line.substring("data: ".length())))
                .toList();
    }
}
