package dev.lockstep.server.openai;

import dev.lockstep.server.http.Access;
import dev.lockstep.server.http.Routes;
import dev.lockstep.server.serving.Answers;

/** The endpoints of OpenAI's API. */
public final class OpenAiApi {
    private OpenAiApi() {}

    public static void addTo(Routes routes, Answers answers) {
        var models = new ModelsEndpoints(answers);
        routes.get("/v1/models", Access.KEY, models::list)
                .get("/v1/models/", Access.KEY, models::one)
                .post("/v1/chat/completions", new ChatEndpoint(answers))
                .post("/v1/completions", new CompletionEndpoint(answers))
                .post("/v1/responses", new ResponsesEndpoint(answers))
                .post("/v1/embeddings", new EmbeddingsEndpoint(answers))
                .post("/apply-template", new TemplateEndpoint(answers));
    }
}
