package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answer;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import dev.lockstep.server.serving.Streaming;
import dev.lockstep.text.Tokenizer;

/** {@code POST /v1/responses}, without memory: what a client wants to be known it sends again. */
final class ResponsesEndpoint implements Endpoint {
    private final Answers answers;

    ResponsesEndpoint(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        fields.string("model").ifPresent(answers.model()::check);
        Refused.inResponses(fields);
        Tokenizer tokenizer = answers.service().model().tokenizer();
        CompletionRequest request =
                EngineErrors.renamed(ResponseReader.FIELDS, () -> ResponseReader.read(fields, tokenizer));
        var begun = ResponseObject.begun(ChatHead.of("resp_", answers.model()), fields);
        Answer answer = EngineErrors.renamed(ResponseReader.FIELDS, () -> answers.begin(request, exchange));
        if (fields.flag("stream", false)) {
            Streaming.run(exchange, answer, "text/event-stream", output -> new ResponseEvents(begun, output));
        } else {
            try (answer) {
                CompletionResult result = answer.await();
                exchange.sendJson(
                        200,
                        begun.ended(result, ResponseItem.of(result.choices().getFirst())));
            }
        }
    }
}
