package dev.lockstep.server.openai;

import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/models} and {@code GET /v1/models/ID} */
final class ModelsEndpoints {
    private final Answers answers;

    ModelsEndpoints(Answers answers) {
        this.answers = answers;
    }

    record ModelList(String object, List<Model> data) {}

    /** @param contextLength a field of our own; absent while the model is loading */
    record Model(
            String id,
            String object,
            long created,
            String ownedBy,
            @Nullable Integer contextLength) {}

    void list(Exchange exchange) {
        exchange.sendJson(200, new ModelList("list", List.of(model())));
    }

    void one(Exchange exchange) {
        answers.model().check(exchange.rest());
        exchange.sendJson(200, model());
    }

    private Model model() {
        ServedModel served = answers.model();
        Integer contextLength = served.current()
                .map(service -> service.model().machine().contextLength())
                .orElse(null);
        return new Model(served.id(), "model", served.created(), "lockstep", contextLength);
    }
}
