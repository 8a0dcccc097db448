package dev.lockstep.server.ollama;

import dev.lockstep.server.http.Access;
import dev.lockstep.server.http.Routes;
import dev.lockstep.server.serving.Answers;

/** The endpoints of Ollama's API. */
public final class OllamaApi {
    private OllamaApi() {}

    public static void addTo(Routes routes, Answers answers, String version) {
        var models = new ModelEndpoints(answers, version);
        var embed = new EmbedEndpoint(answers);
        routes.post("/api/chat", AnswerEndpoint.ofChats(answers))
                .post("/api/generate", AnswerEndpoint.ofPrompts(answers))
                .post("/api/embed", embed::embed)
                .post("/api/embeddings", embed::older)
                .post("/api/show", models::show)
                .get("/api/tags", Access.KEY, models::tags)
                .get("/api/ps", Access.KEY, models::running)
                .get("/api/version", Access.OPEN, models::version);
    }
}
