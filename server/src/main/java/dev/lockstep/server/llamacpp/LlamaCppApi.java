package dev.lockstep.server.llamacpp;

import dev.lockstep.server.http.Routes;
import dev.lockstep.server.serving.Answers;

/** The endpoints of llama.cpp's server. */
public final class LlamaCppApi {
    private LlamaCppApi() {}

    public static void addTo(Routes routes, Answers answers) {
        routes.post("/completion", ContinuationEndpoint.ofPrompts(answers))
                .post("/infill", ContinuationEndpoint.ofGaps(answers));
    }
}
