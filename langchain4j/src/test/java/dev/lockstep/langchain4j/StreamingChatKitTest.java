package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import org.junit.jupiter.api.Disabled;

/**
 * What LangChain4j asks of streaming chat models. A model of the demo's size knows no capitals and calls no tools by itself; that messages, tools and
 * formats reach the engine and come back is asked in {@link LockstepModelsTest}.
 */
class StreamingChatKitTest extends AbstractStreamingChatModelIT {
    private static final String UNKNOWING = "asks for the capital of Germany, which the demo model does not know";

    /** The kit looks for words in answers, which therefore must not be drawn by lot. */
    private static final ChatRequestParameters GREEDY =
            ChatRequestParameters.builder().temperature(0.0).build();

    private static final ChatRequestParameters SHORT =
            ChatRequestParameters.builder().temperature(0.0).maxOutputTokens(20).build();

    /** The kit asks for the capital of Germany; this schema leaves no other answer. */
    private static final ChatRequestParameters BERLIN = ChatRequestParameters.builder()
            .responseFormat(ResponseFormat.builder()
                    .type(ResponseFormatType.JSON)
                    .jsonSchema(JsonSchema.builder()
                            .name("capital")
                            .rootElement(JsonObjectSchema.builder()
                                    .addEnumProperty("city", List.of("Berlin"))
                                    .required("city")
                                    .build())
                            .build())
                    .build())
            .build();

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(new LockstepStreamingChatModel(DemoService.INSTANCE, SHORT));
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return new LockstepStreamingChatModel(DemoService.INSTANCE, GREEDY.overrideWith(parameters));
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return new LockstepStreamingChatModel(DemoService.INSTANCE, BERLIN, List.of(listener));
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
    }

    @Override
    protected boolean supportsTools() {
        return false;
    }

    @Override
    protected boolean supportsToolChoiceRequired() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormat() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithSchema() {
        return false;
    }

    @Override
    protected boolean supportsJsonResponseFormatWithRawSchema() {
        return false;
    }

    @Override
    protected boolean supportsToolsAndJsonResponseFormatWithSchema() {
        return false;
    }

    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsMultipleImageInputsAsBase64EncodedStrings() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    @Override
    protected boolean supportsMultipleImageInputsAsPublicURLs() {
        return false;
    }

    @Override
    @Disabled(UNKNOWING)
    protected void should_respect_user_message(StreamingChatModel model) {}

    @Override
    @Disabled(UNKNOWING)
    protected void should_respect_system_message(StreamingChatModel model) {}

    @Override
    @Disabled(UNKNOWING)
    protected void should_respect_multiple_messages(StreamingChatModel model) {}

    @Override
    @Disabled("tools are supported, only not known to the demo model")
    protected void should_fail_if_tools_are_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("tools are supported, only not known to the demo model")
    protected void should_fail_if_tool_choice_REQUIRED_is_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("JSON is supported; the kit asks for facts in it")
    protected void should_fail_if_JSON_response_format_is_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("schemas are supported; the kit asks for facts in them")
    protected void should_fail_if_JSON_response_format_with_schema_is_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("a name is passed over: a service has one model")
    protected void should_fail_if_modelName_is_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("needs the network")
    protected void should_fail_if_images_as_public_URLs_are_not_supported(StreamingChatModel model) {}

    @Override
    @Disabled("needs the network")
    protected void should_fail_if_images_as_base64_encoded_strings_are_not_supported(StreamingChatModel model) {}
}
