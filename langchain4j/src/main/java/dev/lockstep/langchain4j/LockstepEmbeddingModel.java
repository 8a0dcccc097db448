package dev.lockstep.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.Embeddings;
import dev.lockstep.engine.service.InferenceService;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** An embedding model in this process; vectors have length 1. */
public final class LockstepEmbeddingModel implements EmbeddingModel {
    private final InferenceService service;
    private final List<EmbeddingModelListener> listeners;

    public LockstepEmbeddingModel(InferenceService service) {
        this(service, List.of());
    }

    public LockstepEmbeddingModel(InferenceService service, List<EmbeddingModelListener> listeners) {
        this.service = service;
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<String> texts =
                request.inputs().stream().map(LockstepEmbeddingModel::text).toList();
        try {
            Embeddings embeddings = service.embed(dev.lockstep.engine.service.EmbeddingRequest.of(texts))
                    .join();
            return EmbeddingResponse.builder()
                    .embeddings(
                            embeddings.vectors().stream().map(Embedding::from).toList())
                    .modelName(modelName())
                    .tokenUsage(new TokenUsage(embeddings.promptTokens()))
                    .build();
        } catch (CompletionException | EngineException failed) {
            throw Replies.failure(failed);
        }
    }

    /** LangChain4j lets nothing but {@link #supportedContentTypes} through. */
    private static String text(EmbeddingInput input) {
        return String.join(
                "\n",
                input.contents().stream()
                        .map(content -> ((TextContent) content).text())
                        .toList());
    }

    @Override
    public Set<ContentType> supportedContentTypes() {
        return Set.of(ContentType.TEXT);
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    @Override
    public int dimension() {
        return service.model().machine().hiddenWidth();
    }

    @Override
    public String modelName() {
        return service.model().name();
    }
}
