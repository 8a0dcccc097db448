package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.Disabled;

/**
 * What LangChain4j asks of chat models. A model of the demo's size knows no capitals and calls no tools by itself; that messages, tools and
 * formats reach the engine and come back is asked in {@link LockstepModelsTest}.
 */
class ChatKitTest extends AbstractChatModelIT {
    private static final String UNKNOWING = "asks for the capital of Germany, which the demo model does not know";

    /** The kit looks for words in answers, which therefore must not be drawn by lot. */
    private static final ChatRequestParameters GREEDY =
            ChatRequestParameters.builder().temperature(0.0).build();

    private static final ChatRequestParameters SHORT =
            ChatRequestParameters.builder().temperature(0.0).maxOutputTokens(20).build();

    @Override
    protected List<ChatModel> models() {
        return List.of(new LockstepChatModel(DemoService.INSTANCE, SHORT));
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return new LockstepChatModel(DemoService.INSTANCE, GREEDY.overrideWith(parameters));
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
    protected void should_respect_user_message(ChatModel model) {}

    @Override
    @Disabled(UNKNOWING)
    protected void should_respect_system_message(ChatModel model) {}

    @Override
    @Disabled(UNKNOWING)
    protected void should_respect_multiple_messages(ChatModel model) {}

    @Override
    @Disabled("tools are supported, only not known to the demo model")
    protected void should_fail_if_tools_are_not_supported(ChatModel model) {}

    @Override
    @Disabled("tools are supported, only not known to the demo model")
    protected void should_fail_if_tool_choice_REQUIRED_is_not_supported(ChatModel model) {}

    @Override
    @Disabled("JSON is supported; the kit asks for facts in it")
    protected void should_fail_if_JSON_response_format_is_not_supported(ChatModel model) {}

    @Override
    @Disabled("schemas are supported; the kit asks for facts in them")
    protected void should_fail_if_JSON_response_format_with_schema_is_not_supported(ChatModel model) {}

    @Override
    @Disabled("a name is passed over: a service has one model")
    protected void should_fail_if_modelName_is_not_supported(ChatModel model) {}

    @Override
    @Disabled("needs the network")
    protected void should_fail_if_images_as_public_URLs_are_not_supported(ChatModel model) {}

    @Override
    @Disabled("needs the network")
    protected void should_fail_if_images_as_base64_encoded_strings_are_not_supported(ChatModel model) {}
}
