package dev.lockstep.server.serving;

import dev.lockstep.engine.Prompt;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Text to tokens and back, in the form of llama.cpp's server. */
final class TextEndpoints {
    private final Answers answers;

    TextEndpoints(Answers answers) {
        this.answers = answers;
    }

    record Tokens(List<?> tokens) {}

    record Piece(int id, String piece) {}

    void tokenize(Exchange exchange) {
        JsonFields fields = exchange.json();
        String content = fields.requiredString("content");
        Tokenizer tokenizer = tokenizer();
        int[] tokens = tokenizer.encode(content, fields.flag("add_special", false), fields.flag("parse_special", true));
        List<?> listed = fields.flag("with_pieces", false)
                ? IntStream.of(tokens)
                        .mapToObj(token -> new Piece(token, tokenizer.piece(token)))
                        .toList()
                : IntStream.of(tokens).boxed().toList();
        exchange.sendJson(200, new Tokens(listed));
    }

    void detokenize(Exchange exchange) {
        JsonFields fields = exchange.json();
        if (!fields.has("tokens")) {
            throw fields.missing("tokens");
        }
        Tokenizer tokenizer = tokenizer();
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode node : fields.elements("tokens")) {
            String place = "tokens[" + tokens.size() + "]";
            if (!node.isIntegralNumber() || !node.canConvertToInt()) {
                throw fields.invalid(place, "is not the number of a token");
            }
            int token = node.intValue();
            if (token < 0 || token >= tokenizer.vocabularySize()) {
                throw fields.invalid(place, "is " + token + ", must be 0 to " + (tokenizer.vocabularySize() - 1));
            }
            tokens.add(token);
        }
        int[] numbers = new Prompt.Tokens(tokens).encode(tokenizer);
        exchange.sendJson(200, Map.of("content", tokenizer.decode(numbers)));
    }

    private Tokenizer tokenizer() {
        return answers.service().model().tokenizer();
    }
}
