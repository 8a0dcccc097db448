package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelPublisherListenerTest;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.lockstep.engine.service.InferenceService;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** What LangChain4j asks of streaming chat models that have subscribers and are listened to. */
class PublisherListenerKitTest extends AbstractStreamingChatModelPublisherListenerTest {
    private final List<InferenceService> services = new ArrayList<>();

    @Override
    protected StreamingChatModel createModel(ChatModelListener listener, StreamScenario scenario) {
        int chunks = Math.max(1, scenario.contentChunks());
        InferenceService service =
                KitService.knowing(Dialect.HERMES, KitService.CONTEXT, (int) (scenario.spreadOverMillis() / chunks));
        services.add(service);
        var parameters = ChatRequestParameters.builder().temperature(0.0).maxOutputTokens(chunks);
        if (scenario.fail()) {
            parameters.stopSequences(List.of("")); // which the engine refuses
        }
        return new LockstepStreamingChatModel(service, parameters.build(), List.of(listener));
    }

    @AfterEach
    void close() {
        services.forEach(InferenceService::close);
    }
}
