package dev.lockstep.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.EngineChoice;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * The adapters with the demo model. LangChain4j's own kits ask for the capital of Germany and for weather tools, which a model of this size
 * does not know; what they ask of the adapter itself is asked here.
 */
@TestInstance(Lifecycle.PER_CLASS)
class LockstepModelsTest {
    private static final ChatRequestParameters SHORT =
            ChatRequestParameters.builder().temperature(0.0).maxOutputTokens(8).build();

    private InferenceService service;
    private ChatModel model;

    @BeforeAll
    void open(@TempDir Path directory) {
        var options = LockstepOptions.DEFAULT.withEngine(EngineChoice.REFERENCE).withWarnings(_ -> {});
        service = InferenceService.open(Lockstep.open(DemoModel.install(directory), options), ServiceOptions.DEFAULT);
        model = new LockstepChatModel(service, SHORT);
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void shouldAnswerWithUsageAndReason() {
        ChatResponse response =
                model.chat(SystemMessage.from("You tell stories."), UserMessage.from("Tell me a story."));
        assertThat(response.aiMessage().text()).isNotBlank();
        assertThat(response.metadata().tokenUsage().outputTokenCount()).isBetween(1, 8);
        assertThat(response.metadata().tokenUsage().totalTokenCount())
                .isEqualTo(response.metadata().tokenUsage().inputTokenCount()
                        + response.metadata().tokenUsage().outputTokenCount());
        assertThat(response.metadata().finishReason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        assertThat(response.metadata().modelName()).isEqualTo(service.model().name());
        assertThat(response.metadata().id()).isNotBlank();
    }

    @Test
    void shouldLetRequestsOverrideDefaults() {
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Tell me a story."))
                .parameters(ChatRequestParameters.builder().maxOutputTokens(2).build())
                .build());
        assertThat(response.metadata().tokenUsage().outputTokenCount()).isEqualTo(2);
        assertThat(response.metadata().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void shouldStreamTheSameAnswer() throws Exception {
        String whole = model.chat("Tell me a story.");
        var streamed = new Collected();
        new LockstepStreamingChatModel(service, SHORT).chat("Tell me a story.", streamed);
        ChatResponse response = streamed.end.get(60, TimeUnit.SECONDS);
        assertThat(response.aiMessage().text()).isEqualTo(whole);
        assertThat(streamed.text.toString()).isEqualTo(whole);
    }

    @Test
    void shouldStopAStream() throws Exception {
        var first = new CompletableFuture<String>();
        new LockstepStreamingChatModel(
                        service,
                        ChatRequestParameters.builder().temperature(0.0).build())
                .chat("Tell me a story.", new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
                        context.streamingHandle().cancel();
                        first.complete(part.text());
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        first.completeExceptionally(new AssertionError("it was cancelled"));
                    }

                    @Override
                    public void onError(Throwable error) {
                        first.completeExceptionally(error);
                    }
                });
        assertThat(first.get(60, TimeUnit.SECONDS)).isNotEmpty();
    }

    @Test
    void shouldAnswerInTheFormOfASchema() {
        var schema = JsonSchema.builder()
                .name("dog")
                .rootElement(JsonObjectSchema.builder()
                        .addBooleanProperty("barks")
                        .required("barks")
                        .build())
                .build();
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(UserMessage.from("What is a dog?"))
                .parameters(ChatRequestParameters.builder()
                        .maxOutputTokens(60)
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(schema)
                                .build())
                        .build())
                .build());
        assertThat(response.aiMessage().text().replaceAll("\\s", "")).matches("\\{\"barks\":(true|false)}");
    }

    @Test
    void shouldTellTheModelWhatToolsAnswered() {
        var call = ToolExecutionRequest.builder()
                .id("1")
                .name("weather")
                .arguments("{\"city\": \"Bern\"}")
                .build();
        var request = Requests.of(
                ChatRequest.builder()
                        .messages(
                                UserMessage.from("How is the weather?"),
                                AiMessage.from(call),
                                ToolExecutionResultMessage.from(call, "rain"))
                        .build(),
                1,
                service.model().name());
        var conversation = (Conversation) request.input();
        assertThat(conversation.messages().get(1).fields().get("tool_calls").toString())
                .contains("Bern");
        assertThat(conversation.messages().get(2).fields().get("tool_call_id")).isEqualTo("1");
        assertThat(conversation.messages().get(2).content()).isEqualTo("rain");
    }

    @Test
    void shouldRefuseInLangChainsWords() {
        assertThatThrownBy(() -> model.chat("word ".repeat(2000))).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> model.chat(UserMessage.from(ImageContent.from("aGVsbG8=", "image/png"))))
                .isInstanceOf(UnsupportedFeatureException.class);
        var streamed = new Collected();
        new LockstepStreamingChatModel(service).chat("word ".repeat(2000), streamed);
        assertThatThrownBy(() -> streamed.end.get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InvalidRequestException.class);
    }

    @Test
    void shouldServeManyAtOnce() {
        String alone = model.chat("Tell me a story.");
        List<CompletableFuture<String>> answers = IntStream.range(0, 6)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> model.chat("Tell me a story.")))
                .toList();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo(alone));
    }

    private static final class Collected implements StreamingChatResponseHandler {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String part) {
            text.append(part);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            end.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            end.completeExceptionally(error);
        }
    }
}
