package dev.lockstep.server.serving;

import dev.lockstep.server.http.Access;
import dev.lockstep.server.http.Routes;

/** The endpoints that belong to no other API. */
public final class ServingApi {
    private ServingApi() {}

    public static void addTo(Routes routes, Answers answers, Meters meters) {
        var state = new StateEndpoints(answers.model(), meters);
        var text = new TextEndpoints(answers);
        routes.get("/health", Access.OPEN, state::health)
                .get("/metrics", Access.KEY, state::metrics)
                .post("/tokenize", text::tokenize)
                .post("/detokenize", text::detokenize);
    }
}
