package dev.lockstep.server.openai;

import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import java.util.Map;

/** {@code POST /apply-template}: the prompt that a chat would become. */
final class TemplateEndpoint implements Endpoint {
    private final Answers answers;

    TemplateEndpoint(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        String prompt = EngineErrors.renamed(
                RequestReader.CHAT_FIELDS, () -> answers.service().render(RequestReader.conversation(fields)));
        exchange.sendJson(200, Map.of("prompt", prompt));
    }
}
