package dev.lockstep.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.EmbeddingRequest;
import dev.lockstep.engine.service.Embeddings;
import dev.lockstep.engine.service.InferenceService;
import java.util.List;
import java.util.concurrent.CompletionException;

/** An embedding model in this process; vectors have length 1. */
public final class LockstepEmbeddingModel implements EmbeddingModel {
    private final InferenceService service;

    public LockstepEmbeddingModel(InferenceService service) {
        this.service = service;
    }

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        try {
            Embeddings embeddings = service.embed(EmbeddingRequest.of(
                            segments.stream().map(TextSegment::text).toList()))
                    .join();
            return Response.from(
                    embeddings.vectors().stream().map(Embedding::from).toList(),
                    new TokenUsage(embeddings.promptTokens()));
        } catch (CompletionException | EngineException failed) {
            throw Replies.failure(failed);
        }
    }

    @Override
    public String modelName() {
        return service.model().name();
    }
}
