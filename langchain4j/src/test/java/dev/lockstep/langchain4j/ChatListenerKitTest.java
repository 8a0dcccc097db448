package dev.lockstep.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/** What LangChain4j asks of chat models that are listened to. */
class ChatListenerKitTest extends AbstractChatModelListenerIT {
    @Override
    protected ChatModel createModel(ChatModelListener listener) {
        return new LockstepChatModel(
                KitService.knowing(Dialect.HERMES),
                ChatRequestParameters.builder()
                        .modelName(modelName())
                        .temperature(temperature())
                        .topP(topP())
                        .maxOutputTokens(maxTokens())
                        .build(),
                List.of(listener));
    }

    @Override
    protected String modelName() {
        return KitService.knowing(Dialect.HERMES).model().name();
    }

    /** One for which the engine refuses the request. */
    @Override
    protected ChatModel createFailingModel(ChatModelListener listener) {
        return new LockstepChatModel(
                KitService.knowing(Dialect.HERMES),
                ChatRequestParameters.builder()
                        .temperature(temperature())
                        .stopSequences(List.of(""))
                        .build(),
                List.of(listener));
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return InvalidRequestException.class;
    }
}
