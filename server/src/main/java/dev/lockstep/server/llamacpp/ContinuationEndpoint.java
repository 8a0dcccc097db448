package dev.lockstep.server.llamacpp;

import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answer;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import dev.lockstep.server.serving.Streaming;
import dev.lockstep.text.Tokenizer;
import java.util.function.BiFunction;

/** {@code POST /completion} and {@code POST /infill} */
final class ContinuationEndpoint implements Endpoint {
    private final Answers answers;
    private final BiFunction<JsonFields, Tokenizer, CompletionRequest> reader;

    private ContinuationEndpoint(Answers answers, BiFunction<JsonFields, Tokenizer, CompletionRequest> reader) {
        this.answers = answers;
        this.reader = reader;
    }

    static ContinuationEndpoint ofPrompts(Answers answers) {
        return new ContinuationEndpoint(answers, ContinuationRequests::completion);
    }

    static ContinuationEndpoint ofGaps(Answers answers) {
        return new ContinuationEndpoint(answers, ContinuationRequests::infill);
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        Tokenizer tokenizer = answers.service().model().tokenizer();
        CompletionRequest request =
                EngineErrors.renamed(ContinuationRequests.FIELDS, () -> reader.apply(fields, tokenizer));
        Answer answer = EngineErrors.renamed(ContinuationRequests.FIELDS, () -> answers.begin(request, exchange));
        String model = answers.model().id();
        if (fields.flag("stream", false)) {
            Streaming.run(exchange, answer, "text/event-stream", output -> new ContinuationStream(model, output));
        } else {
            try (answer) {
                exchange.sendJson(200, Continuation.whole(model, answer.await()));
            }
        }
    }
}
