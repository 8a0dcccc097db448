package dev.lockstep.server.serving;

import dev.lockstep.server.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** How a server is doing. */
final class StateEndpoints {
    private final ServedModel model;
    private final Meters meters;

    StateEndpoints(ServedModel model, Meters meters) {
        this.model = model;
        this.meters = meters;
    }

    /** 200 if requests are answered, 503 while the model is loading or the server is closing. */
    void health(Exchange exchange) {
        String state = model.stateName();
        exchange.sendJson(state.equals("ok") ? 200 : 503, Map.of("status", state));
    }

    void metrics(Exchange exchange) {
        exchange.send(200, Meters.CONTENT_TYPE, meters.exposition().getBytes(StandardCharsets.UTF_8));
    }
}
