package dev.lockstep.server.openai;

import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Input;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.ErrorShape;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.server.serving.Answer;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** {@code POST /v1/completions}: continues texts as they are, without a chat template. */
final class CompletionEndpoint implements Endpoint {
    /** OpenAI's, if a request does not say; -1 means up to the end of the context. */
    private static final int DEFAULT_TOKENS = 16;

    private static final int MAX_ALTERNATIVES = 20;

    private final Answers answers;

    CompletionEndpoint(Answers answers) {
        this.answers = answers;
    }

    /** What a client asked for, when it has been read. */
    private record Asked(
            List<CompletionRequest> requests, List<Prompt> prompts, boolean echo, boolean scored, boolean usage) {}

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        fields.string("model").ifPresent(answers.model()::check);
        Refused.inCompletion(fields);
        boolean stream = fields.flag("stream", false);
        Tokenizer tokenizer = answers.service().model().tokenizer();
        Asked asked = EngineErrors.renamed(RequestReader.COMPLETION_FIELDS, () -> read(fields, stream, tokenizer));
        var head = ChatHead.of("cmpl-", answers.model());
        List<Answer> begun = new ArrayList<>();
        try {
            for (CompletionRequest request : asked.requests()) {
                begun.add(
                        EngineErrors.renamed(RequestReader.COMPLETION_FIELDS, () -> answers.begin(request, exchange)));
            }
            if (stream) {
                stream(exchange, asked, begun, head, tokenizer);
            } else {
                exchange.sendJson(200, whole(asked, begun, head, tokenizer));
            }
        } finally {
            begun.forEach(Answer::close);
        }
    }

    private static Asked read(JsonFields fields, boolean stream, Tokenizer tokenizer) {
        List<Prompt> prompts = PromptReader.readWithGap(fields, "prompt", "suffix", tokenizer);
        boolean echo = fields.flag("echo", false);
        OptionalInt alternatives = fields.integer("logprobs", 0, MAX_ALTERNATIVES);
        if (echo && alternatives.isPresent()) {
            throw fields.unsupported("echo", "is not supported together with logprobs");
        }
        int limit = fields.integer("max_tokens", -1, Integer.MAX_VALUE).orElse(DEFAULT_TOKENS);
        Constraint constraint =
                fields.string("grammar").<Constraint>map(Constraint.Gbnf::new).orElse(Constraint.NONE);
        List<CompletionRequest> requests = new ArrayList<>();
        for (Prompt prompt : prompts) {
            CompletionRequest.Builder request = RequestReader.common(fields, new Input.Continue(prompt), tokenizer)
                    .maxTokens(limit == -1 ? CompletionRequest.UNLIMITED : limit)
                    .constraint(constraint);
            alternatives.ifPresent(request::alternatives);
            requests.add(request.build());
        }
        return new Asked(requests, prompts, echo, alternatives.isPresent(), StreamOptions.usage(fields, stream));
    }

    private static TextCompletion whole(Asked asked, List<Answer> begun, ChatHead head, Tokenizer tokenizer) {
        List<TextCompletion.Choice> choices = new ArrayList<>();
        List<CompletionResult> results = new ArrayList<>();
        for (Answer answer : begun) {
            String before = echoed(asked, results.size(), tokenizer);
            CompletionResult result = answer.await();
            results.add(result);
            for (CompletionResult.Choice choice : result.choices()) {
                choices.add(new TextCompletion.Choice(
                        choices.size(),
                        before + choice.reasoning() + choice.text(),
                        asked.scored() ? TextCompletion.Scores.of(tokenizer, choice.tokens(), 0) : null,
                        Words.finishReason(choice.finishReason())));
            }
        }
        boolean one = results.size() == 1;
        return TextCompletion.of(
                head,
                choices,
                UsageReport.sum(results.stream().map(CompletionResult::usage).toList()),
                one ? TimingReport.of(results.getFirst()) : null,
                one ? results.getFirst().receipt().orElse(null) : null);
    }

    /** One text after the other, while all are computed. */
    private static void stream(Exchange exchange, Asked asked, List<Answer> begun, ChatHead head, Tokenizer tokenizer) {
        List<CompletionResult> results = new ArrayList<>();
        int choices = asked.requests().getFirst().choices();
        try (ResponseStream output = exchange.stream("text/event-stream")) {
            try {
                for (Answer answer : begun) {
                    int text = results.size();
                    var reader = new CompletionStream(head, output, tokenizer, asked.scored(), text * choices);
                    reader.begin(choices, echoed(asked, text, tokenizer));
                    results.add(answer.read(reader));
                    if (results.size() == begun.size() && asked.usage()) {
                        reader.usage(results);
                    }
                }
                output.done();
            } catch (ApiException failure) {
                exchange.note("error", failure.getMessage());
                output.event(ErrorShape.OPENAI.body(failure.error()));
            }
        }
    }

    private static String echoed(Asked asked, int index, Tokenizer tokenizer) {
        if (!asked.echo()) {
            return "";
        }
        return switch (asked.prompts().get(index)) {
            case Prompt.Text text -> text.text();
            case Prompt.Fill fill -> fill.before();
            case Prompt.Tokens tokens -> tokenizer.decode(tokens.encode(tokenizer));
        };
    }
}
