package dev.lockstep.server.openai;

import dev.lockstep.server.http.Access;
import dev.lockstep.server.http.Routes;
import dev.lockstep.server.serving.Answers;
import java.nio.file.Path;
import java.util.Optional;

/** The endpoints of OpenAI's API. */
public final class OpenAiApi {
    private OpenAiApi() {}

    /** @param sessions directory for saved conversations, if there are to be any */
    public static void addTo(Routes routes, Answers answers, Optional<Path> sessions) {
        var models = new ModelsEndpoints(answers);
        var saved = new SessionEndpoints(answers, sessions);
        routes.get("/v1/models", Access.KEY, models::list)
                .get("/v1/models/", Access.KEY, models::one)
                .post("/v1/chat/completions", ChatEndpoint.ofConversations(answers))
                .post("/v1/fim/completions", ChatEndpoint.ofGaps(answers))
                .post("/v1/completions", new CompletionEndpoint(answers))
                .post("/v1/responses", new ResponsesEndpoint(answers))
                .post("/v1/embeddings", new EmbeddingsEndpoint(answers))
                .post("/apply-template", new TemplateEndpoint(answers))
                .get("/sessions", Access.KEY, saved::list)
                .post("/sessions/save", saved::save)
                .post("/sessions/load", saved::load)
                .post("/sessions/delete", saved::delete);
    }
}
