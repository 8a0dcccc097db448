package dev.lockstep.server.openai;

import dev.lockstep.engine.Prompt;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    /**
     * The prompts, at least one; with a suffix a text with a gap.
     *
     * @param suffix name of the field with what comes after the gap
     */
    static List<Prompt> readWithGap(JsonFields fields, String name, String suffix, Tokenizer tokenizer) {
        Optional<String> after = fields.string(suffix).filter(text -> !text.isEmpty());
        if (after.isEmpty()) {
            return read(fields, name);
        }
        return List.of(gap(fields, fields.requiredString(name), after.get(), suffix, tokenizer));
    }

    /** A text with a gap. */
    static Prompt gap(JsonFields fields, String before, String after, String suffix, Tokenizer tokenizer) {
        if (tokenizer.fillTokens().isEmpty()) {
            throw fields.unsupported(suffix, "is not supported: this model does not fill in the middle");
        }
        return new Prompt.Fill(before, after, List.of());
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

    /** Control tokens that are written out are these: such texts come from programs that put templates together by themselves. */
    private static Prompt text(JsonNode node) {
        return new Prompt.Text(node.stringValue(), true);
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
