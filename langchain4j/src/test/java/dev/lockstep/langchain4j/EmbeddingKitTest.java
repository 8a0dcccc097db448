package dev.lockstep.langchain4j;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;

/** What LangChain4j asks of embedding models. */
class EmbeddingKitTest extends AbstractEmbeddingModelIT {
    @Override
    protected List<EmbeddingModel> models() {
        return List.of(new LockstepEmbeddingModel(KitService.DEMO));
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return new LockstepEmbeddingModel(KitService.DEMO, List.of(listener));
    }

    /** For its context of one token every text is too long. */
    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        return new LockstepEmbeddingModel(KitService.knowing(Dialect.HERMES, 1, 0), List.of(listener));
    }

    /** Vectors are as long as the model makes them, of texts only, and the same for questions and documents. */
    @Override
    protected boolean supportsDimensionsParameter() {
        return false;
    }

    @Override
    protected boolean supportsInputTypeParameter() {
        return false;
    }

    @Override
    protected boolean supportsImageInput() {
        return false;
    }
}
