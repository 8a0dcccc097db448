package dev.lockstep.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.lockstep.engine.service.CompletionListener;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.Set;

/** What a chat model is, whether it streams or not. */
abstract sealed class LockstepModel permits LockstepChatModel, LockstepStreamingChatModel {
    static final ChatRequestParameters NO_DEFAULTS =
            ChatRequestParameters.builder().build();

    private final InferenceService service;
    private final ChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    /**
     * @param defaults what requests leave open
     * @throws UnsupportedFeatureException if they name another model than that of the service
     */
    LockstepModel(InferenceService service, ChatRequestParameters defaults, List<ChatModelListener> listeners) {
        Requests.checkModelName(defaults, service.model().name());
        this.service = service;
        this.defaults = defaults;
        this.listeners = List.copyOf(listeners);
    }

    /** Hands a request to the service. */
    final Ticket submit(ChatRequest request, CompletionListener listener) {
        return service.submit(Requests.of(request, Seeds.next(), modelName()), listener);
    }

    final String modelName() {
        return service.model().name();
    }

    public final ChatRequestParameters defaultRequestParameters() {
        return defaults;
    }

    public final List<ChatModelListener> listeners() {
        return listeners;
    }

    public final ModelProvider provider() {
        return ModelProvider.OTHER;
    }

    public final Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }
}
