package dev.lockstep.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/** What LangChain4j asks of streaming chat models that tell handlers. */
class StreamingChatKitTest extends AbstractStreamingChatModelIT {
    /** One: the kit waits for half a minute to see that nothing comes after a cancellation. */
    @Override
    protected List<StreamingChatModel> baseModels() {
        return List.of(createModelWith(ChatKitTest.GREEDY));
    }

    @Override
    protected List<StreamingChatModel> baseModelsSupportingTools() {
        return KitService.allKnowing().stream()
                .<StreamingChatModel>map(service -> new LockstepStreamingChatModel(service, ChatKitTest.GREEDY))
                .toList();
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return new LockstepStreamingChatModel(
                KitService.knowing(Dialect.HERMES), ChatKitTest.GREEDY.overrideWith(parameters));
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return new LockstepStreamingChatModel(
                KitService.knowing(Dialect.HERMES), ChatKitTest.GREEDY, List.of(listener));
    }

    /** There are no parameters of our own. */
    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return ChatRequestParameters.builder().maxOutputTokens(maxOutputTokens).build();
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
