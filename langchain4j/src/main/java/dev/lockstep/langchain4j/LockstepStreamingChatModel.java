package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A streaming chat model in this process. Handlers are called on a virtual thread of their own, and may block. Several models, and several
 * threads, may share a service; closing it is its owner's business.
 */
public final class LockstepStreamingChatModel extends LockstepModel implements StreamingChatModel {
    public LockstepStreamingChatModel(InferenceService service) {
        this(service, NO_DEFAULTS);
    }

    /** @param defaults what requests leave open */
    public LockstepStreamingChatModel(InferenceService service, ChatRequestParameters defaults) {
        this(service, defaults, List.of());
    }

    /** @param defaults what requests leave open */
    public LockstepStreamingChatModel(
            InferenceService service, ChatRequestParameters defaults, List<ChatModelListener> listeners) {
        super(service, defaults, listeners);
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        BlockingQueue<CompletionEvent> events = new LinkedBlockingQueue<>();
        Ticket ticket;
        try {
            ticket = service().submit(Requests.of(request, Seeds.next()), events::add);
        } catch (EngineException refused) {
            handler.onError(Replies.failure(refused));
            return;
        }
        Thread.ofVirtual()
                .name("lockstep-stream-" + ticket.id())
                .start(new StreamDelivery(service().model().name(), ticket, events, handler));
    }
}
