package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Ticket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A chat model in this process. Several models, and several threads, may share a service; closing it is its owner's business.
 *
 * {@snippet lang=java :
 * try (var service = InferenceService.open(path)) {
 *     ChatModel model = new LockstepChatModel(service, ChatRequestParameters.builder().temperature(0.0).build());
 *     System.out.println(model.chat("Why is the sky blue?"));
 * }
 * }
 */
public final class LockstepChatModel extends LockstepModel implements ChatModel {
    private static final Executor STARTER = Thread.ofVirtual().name("lockstep-reply-", 0)::start;

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
            Ticket ticket = submit(request, _ -> {});
            return reply(ticket, ticket.result().join());
        } catch (CompletionException | EngineException failed) {
            throw Replies.failure(failed);
        }
    }

    /** Completed on a virtual thread; cancelling it ends the answer before the next step. */
    @Override
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
        var response = new CompletableFuture<ChatResponse>();
        try {
            Ticket ticket = submit(request, _ -> {});
            response.whenComplete((_, _) -> ticket.cancel());
            // Not on the thread that computes: what waits for the response may block.
            ticket.result().whenCompleteAsync((result, failed) -> complete(response, ticket, result, failed), STARTER);
        } catch (EngineException refused) {
            response.completeExceptionally(Replies.failure(refused));
        }
        return response;
    }

    private void complete(
            CompletableFuture<ChatResponse> response,
            Ticket ticket,
            @Nullable CompletionResult result,
            @Nullable Throwable failed) {
        if (result != null) {
            response.complete(reply(ticket, result));
        } else if (failed != null) {
            response.completeExceptionally(Replies.failure(failed));
        }
    }

    private ChatResponse reply(Ticket ticket, CompletionResult result) {
        return Replies.of(modelName(), ticket.id(), result);
    }
}
