package dev.lockstep.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/** What LangChain4j asks of chat models. */
class ChatKitTest extends AbstractChatModelIT {
    /** The kit looks for words in answers, which therefore must not be drawn by lot. */
    static final ChatRequestParameters GREEDY =
            ChatRequestParameters.builder().temperature(0.0).build();

    @Override
    protected List<ChatModel> models() {
        return createModelsWith(GREEDY);
    }

    @Override
    protected List<ChatModel> createModelsWith(ChatRequestParameters parameters) {
        return KitService.allKnowing().stream()
                .<ChatModel>map(service -> new LockstepChatModel(service, GREEDY.overrideWith(parameters)))
                .toList();
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return createModelsWith(parameters).getFirst();
    }

    /** There are no parameters of our own. */
    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
    }

    @Override
    protected boolean supportsChatAsync() {
        return true;
    }

    /** A service has one model; the name of another one is refused. */
    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    /** Models read text only; pictures are refused, whatever is in them. */
    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    @Override
    protected ImageContent catImageContentBase64() {
        return ImageContent.from("aGVsbG8=", "image/jpeg");
    }
}
