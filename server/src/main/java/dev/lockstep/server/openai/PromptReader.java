package dev.lockstep.server.openai;

import dev.lockstep.engine.Prompt;
import dev.lockstep.server.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads what the API allows where a text is wanted: a text, several, tokens, or several lists of tokens. */
final class PromptReader {
    private static final int MAX_PROMPTS = 2048;

    private final JsonFields fields;
    private final String name;

    private PromptReader(JsonFields fields, String name) {
        this.fields = fields;
        this.name = name;
    }

    /** The prompts, at least one. */
    static List<Prompt> read(JsonFields fields, String name) {
        return new PromptReader(fields, name).read();
    }

    private List<Prompt> read() {
        JsonNode node = fields.node(name).orElseThrow(() -> fields.missing(name));
        if (node.isString()) {
            return List.of(text(node));
        }
        List<JsonNode> elements = fields.elements(name);
        if (elements.isEmpty()) {
            throw fields.invalid(name, "is an empty list");
        }
        if (elements.getFirst().isNumber()) {
            return List.of(tokens(name, elements));
        }
        if (elements.size() > MAX_PROMPTS) {
            throw fields.invalid(name, "has " + elements.size() + " texts, must have " + MAX_PROMPTS + " at most");
        }
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode element : elements) {
            String place = name + "[" + prompts.size() + "]";
            if (element.isString()) {
                prompts.add(text(element));
            } else if (element.isArray()) {
                prompts.add(tokens(place, List.copyOf(element.values())));
            } else {
                throw fields.invalid(place, "must be a string or a list of tokens");
            }
        }
        return prompts;
    }

    private static Prompt text(JsonNode node) {
        return new Prompt.Text(node.stringValue(), false);
    }

    private Prompt tokens(String place, List<JsonNode> numbers) {
        List<Integer> tokens = new ArrayList<>(numbers.size());
        for (JsonNode number : numbers) {
            if (!number.isIntegralNumber() || !number.canConvertToInt()) {
                throw fields.invalid(place + "[" + tokens.size() + "]", "is not the number of a token");
            }
            tokens.add(number.intValue());
        }
        return new Prompt.Tokens(tokens);
    }
}
