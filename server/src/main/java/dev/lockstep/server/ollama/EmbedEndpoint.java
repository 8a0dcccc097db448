package dev.lockstep.server.ollama;

import dev.lockstep.engine.service.EmbeddingRequest;
import dev.lockstep.engine.service.Embeddings;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import java.util.List;
import java.util.Map;

/** {@code POST /api/embed}, and {@code POST /api/embeddings} as older clients have it. */
final class EmbedEndpoint {
    private static final Map<String, String> FIELDS = Map.of("inputs", "input");

    private final Answers answers;

    EmbedEndpoint(Answers answers) {
        this.answers = answers;
    }

    record Reply(String model, List<float[]> embeddings, long totalDuration, long loadDuration, int promptEvalCount) {}

    void embed(Exchange exchange) {
        long start = System.nanoTime();
        JsonFields fields = exchange.json();
        String model = fields.requiredString("model");
        List<String> texts = fields.strings("input");
        if (texts.isEmpty()) {
            throw fields.missing("input");
        }
        Embeddings embeddings = vectors(exchange, model, texts);
        exchange.sendJson(
                200, new Reply(model, embeddings.vectors(), System.nanoTime() - start, 0, embeddings.promptTokens()));
    }

    void older(Exchange exchange) {
        JsonFields fields = exchange.json();
        Embeddings embeddings =
                vectors(exchange, fields.requiredString("model"), List.of(fields.requiredString("prompt")));
        exchange.sendJson(200, Map.of("embedding", embeddings.vectors().getFirst()));
    }

    private Embeddings vectors(Exchange exchange, String model, List<String> texts) {
        answers.model().check(model);
        return EngineErrors.renamed(FIELDS, () -> answers.embed(EmbeddingRequest.of(texts), exchange));
    }
}
