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

/** {@code POST /v1/chat/completions} */
final class ChatEndpoint implements Endpoint {
    private final Answers answers;

    ChatEndpoint(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        fields.string("model").ifPresent(answers.model()::check);
        Refused.inChat(fields);
        boolean stream = fields.flag("stream", false);
        boolean usage = StreamOptions.usage(fields, stream);
        Tokenizer tokenizer = answers.service().model().tokenizer();
        CompletionRequest request =
                EngineErrors.renamed(RequestReader.CHAT_FIELDS, () -> RequestReader.chat(fields, tokenizer));
        boolean scored = request.alternatives().isPresent();
        var head = ChatHead.of("chatcmpl-", answers.model());
        Answer answer = EngineErrors.renamed(RequestReader.CHAT_FIELDS, () -> answers.begin(request, exchange));
        if (stream) {
            Streaming.run(
                    exchange,
                    answer,
                    "text/event-stream",
                    output -> new ChatStream(head, output, tokenizer, scored, usage).begin(request.choices()));
        } else {
            try (answer) {
                CompletionResult result = answer.await();
                exchange.sendJson(200, ChatCompletion.of(head, result, tokenizer, scored));
            }
        }
    }
}
