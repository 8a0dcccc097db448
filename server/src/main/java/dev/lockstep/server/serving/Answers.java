package dev.lockstep.server.serving;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.EmbeddingRequest;
import dev.lockstep.engine.service.Embeddings;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ClientGoneException;
import dev.lockstep.server.http.Exchange;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Where endpoints get answers of the model. */
public final class Answers {
    private static final long LOOK_MILLISECONDS = 10;

    private final ServedModel model;
    private final Meters meters;
    private final Duration limit;

    /** @param limit how long an answer may take */
    public Answers(ServedModel model, Meters meters, Duration limit) {
        this.model = model;
        this.meters = meters;
        this.limit = limit;
    }

    public ServedModel model() {
        return model;
    }

    /** @throws dev.lockstep.server.http.ApiException if the model is not there */
    public InferenceService service() {
        return model.service();
    }

    /**
     * Begins to answer a request.
     *
     * @throws dev.lockstep.engine.service.RefusedException if the engine does not take it
     */
    public Answer begin(CompletionRequest request, Exchange exchange) {
        return new Answer(model, request, exchange, limit, meters);
    }

    /**
     * Turns texts into vectors.
     *
     * @throws dev.lockstep.engine.service.RefusedException if the engine does not take the request
     */
    public Embeddings embed(EmbeddingRequest request, Exchange exchange) {
        var vectors = service().embed(request);
        try {
            while (true) {
                try {
                    return vectors.get(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException notYet) {
                    if (exchange.clientGone()) {
                        throw new ClientGoneException(notYet);
                    }
                }
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof EngineException known
                    ? known
                    : new IllegalStateException(failed.getCause());
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            throw new ApiException(ServedModel.shuttingDown(), closed);
        } finally {
            vectors.cancel(false);
        }
    }
}
