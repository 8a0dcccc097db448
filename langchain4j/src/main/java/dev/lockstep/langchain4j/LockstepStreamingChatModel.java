package dev.lockstep.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A streaming chat model in this process. Handlers and subscribers are called on a virtual thread of their own, and may block. Several models, and several
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
            ticket = submit(request, events::add);
        } catch (EngineException refused) {
            handler.onError(Replies.failure(refused));
            return;
        }
        start(new StreamDelivery(modelName(), ticket, events, new HandlerSink(handler, ticket)));
    }

    /** One answer for each subscriber; the answer begins when somebody subscribes, and is computed no slower if he asks for little. */
    @Override
    public Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
        return subscriber -> {
            var subscription = new SubscriberSink(Objects.requireNonNull(subscriber));
            subscriber.onSubscribe(subscription);
            start(() -> publish(request, subscription));
        };
    }

    private void publish(ChatRequest request, SubscriberSink subscription) {
        if (subscription.gone()) {
            return;
        }
        BlockingQueue<CompletionEvent> events = new LinkedBlockingQueue<>();
        try {
            Ticket ticket = submit(request, events::add);
            subscription.onCancel(ticket::cancel);
            new StreamDelivery(modelName(), ticket, events, subscription).run();
        } catch (EngineException refused) {
            subscription.failed(Replies.failure(refused));
        } catch (UnsupportedFeatureException refused) {
            subscription.failed(refused);
        }
    }

    private static void start(Runnable delivery) {
        Thread.ofVirtual().name("lockstep-stream").start(delivery);
    }
}
