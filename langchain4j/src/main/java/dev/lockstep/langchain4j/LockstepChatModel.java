package dev.lockstep.langchain4j;

import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.Set;
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
public final class LockstepChatModel implements ChatModel {
    private final InferenceService service;
    private final ChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    public LockstepChatModel(InferenceService service) {
        this(service, ChatRequestParameters.builder().build());
    }

    /** @param defaults what requests leave open */
    public LockstepChatModel(InferenceService service, ChatRequestParameters defaults) {
        this(service, defaults, List.of());
    }

    /** @param defaults what requests leave open */
    public LockstepChatModel(
            InferenceService service, ChatRequestParameters defaults, List<ChatModelListener> listeners) {
        this.service = service;
        this.defaults = defaults;
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        try {
            Ticket ticket = service.submit(Requests.of(request, Seeds.next()), _ -> {});
            return Replies.of(
                    service.model().name(), ticket.id(), ticket.result().join());
        } catch (CompletionException | EngineException failed) {
            throw Replies.failure(failed);
        }
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return defaults;
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }

    @Override
    public ModelProvider provider() {
        return ModelProvider.OTHER;
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }
}
