package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * A chat model in this process. Several models, and several threads, may share a service; closing it is its owner's business.
 *
 * {@snippet lang=java :
 * try (var service = InferenceService.open(Lockstep.open(path), ServiceOptions.DEFAULT)) {
 *     ChatModel model = new LockstepChatModel(service, ChatRequestParameters.builder().temperature(0.0).build());
 *     System.out.println(model.chat("Why is the sky blue?"));
 * }
 * }
 */
public final class LockstepChatModel extends LockstepModel implements ChatModel {
    public LockstepChatModel(InferenceService service) {
        this(service, NO_DEFAULTS);
    }

    /** @param defaults what requests leave open */
    public LockstepChatModel(InferenceService service, ChatRequestParameters defaults) {
        this(service, defaults, List.of());
    }

    /** @param defaults what requests leave open */
    public LockstepChatModel(
            InferenceService service, ChatRequestParameters defaults, List<ChatModelListener> listeners) {
        super(service, defaults, listeners);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        try {
            Ticket ticket = service().submit(Requests.of(request, Seeds.next()), _ -> {});
            return Replies.of(
                    service().model().name(), ticket.id(), ticket.result().join());
        } catch (CompletionException | EngineException failed) {
            throw Replies.failure(failed);
        }
    }
}
