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
import java.util.Map;
import java.util.function.BiFunction;

/** {@code POST /v1/chat/completions}, and {@code POST /v1/fim/completions}, which fills a gap and answers alike, as Mistral's API does */
final class ChatEndpoint implements Endpoint {
    private final Answers answers;
    private final Map<String, String> names;
    private final BiFunction<JsonFields, Tokenizer, CompletionRequest> reader;

    /** @param names of the engine's parameters as clients know them */
    private ChatEndpoint(
            Answers answers, Map<String, String> names, BiFunction<JsonFields, Tokenizer, CompletionRequest> reader) {
        this.answers = answers;
        this.names = names;
        this.reader = reader;
    }

    static ChatEndpoint ofConversations(Answers answers) {
        return new ChatEndpoint(answers, RequestReader.CHAT_FIELDS, RequestReader::chat);
    }

    static ChatEndpoint ofGaps(Answers answers) {
        return new ChatEndpoint(answers, RequestReader.COMPLETION_FIELDS, RequestReader::gap);
    }

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        fields.string("model").ifPresent(answers.model()::check);
        Refused.inChat(fields);
        boolean stream = fields.flag("stream", false);
        boolean usage = StreamOptions.usage(fields, stream);
        Tokenizer tokenizer = answers.service().model().tokenizer();
        CompletionRequest request = EngineErrors.renamed(names, () -> reader.apply(fields, tokenizer));
        boolean scored = request.alternatives().isPresent();
        var head = ChatHead.of("chatcmpl-", answers.model());
        Answer answer = EngineErrors.renamed(names, () -> answers.begin(request, exchange));
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
