package dev.lockstep.server.ollama;

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
import java.util.function.BiFunction;

/** {@code POST /api/chat} and {@code POST /api/generate} */
final class AnswerEndpoint implements Endpoint {
    private final Answers answers;
    private final boolean chat;
    private final BiFunction<JsonFields, Tokenizer, CompletionRequest> reader;

    private AnswerEndpoint(Answers answers, boolean chat, BiFunction<JsonFields, Tokenizer, CompletionRequest> reader) {
        this.answers = answers;
        this.chat = chat;
        this.reader = reader;
    }

    static AnswerEndpoint ofChats(Answers answers) {
        return new AnswerEndpoint(answers, true, OllamaRequests::chat);
    }

    static AnswerEndpoint ofPrompts(Answers answers) {
        return new AnswerEndpoint(answers, false, OllamaRequests::generate);
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        answers.model().check(fields.requiredString("model"));
        String model = fields.requiredString("model");
        Tokenizer tokenizer = answers.service().model().tokenizer();
        CompletionRequest request = EngineErrors.renamed(OllamaRequests.FIELDS, () -> reader.apply(fields, tokenizer));
        Answer answer = EngineErrors.renamed(OllamaRequests.FIELDS, () -> answers.begin(request, exchange));
        if (fields.flag("stream", true)) {
            Streaming.run(exchange, answer, "application/x-ndjson", output -> new OllamaStream(model, chat, output));
        } else {
            try (answer) {
                CompletionResult result = answer.await();
                CompletionResult.Choice choice = result.choices().getFirst();
                var said = new OllamaReply.Said(
                        choice.text(), choice.reasoning().isEmpty() ? null : choice.reasoning(), choice.toolCalls());
                exchange.sendJson(200, OllamaReply.end(model, chat, said, result));
            }
        }
    }
}
