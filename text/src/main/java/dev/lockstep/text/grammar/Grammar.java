package dev.lockstep.text.grammar;

import java.util.LinkedHashMap;
import java.util.Map;

/** A set of texts. Immutable. */
public final class Grammar {
    static final String ROOT = "root";

    private final Map<String, Expression> rules;
    private final Network network;

    Grammar(Map<String, Expression> rules) {
        this.rules = rules;
        this.network = NetworkBuilder.build(rules, ROOT);
    }

    /**
     * Texts of JSON that are valid against a schema (draft 2020-12, its vocabulary in common use). Members come in the order of the
     * schema, and objects with {@code properties} have no others unless {@code additionalProperties} says so. What cannot be kept is
     * refused.
     *
     * @param schema as JSON text
     * @throws GrammarException if it is no schema, or asks for something that is not supported
     */
    public static Grammar jsonSchema(String schema) {
        return new Grammar(SchemaCompiler.compile(schema));
    }

    /** Any JSON object. */
    public static Grammar jsonObject() {
        return jsonSchema("{\"type\":\"object\"}");
    }

    /**
     * Texts that match a regular expression from their first to their last character.
     *
     * @throws GrammarException if it is no regular expression, or has lookarounds, back references or word boundaries
     */
    public static Grammar regex(String pattern) {
        return new Grammar(
                Map.of(ROOT, RegexParser.parse(pattern, Expression.Letter::new).whole()));
    }

    /**
     * Texts of the rule {@code root} of a grammar in the notation of llama.cpp (GBNF).
     *
     * @throws GrammarException if it is none, or a rule begins with itself
     */
    public static Grammar gbnf(String grammar) {
        return new Grammar(GbnfParser.parse(grammar));
    }

    /**
     * Texts that call functions, from the object of the first call on: behind {@link CallSyntax#prefix}.
     *
     * @param functions JSON schemas of the arguments by the name of the function
     * @param several whether there may be more than one call
     * @throws GrammarException if a schema cannot be kept
     */
    public static Grammar calls(CallSyntax syntax, Map<String, String> functions, boolean several) {
        return new Grammar(CallGrammar.rules(syntax, functions, several));
    }

    /** The texts of this grammar behind {@code text}, and those of another. */
    public Grammar behind(String text, Grammar other) {
        Map<String, Expression> all = new LinkedHashMap<>();
        Expression behind = Expression.sequence(new Expression.Literal(text), Rules.add(all, "first: ", rules));
        all.put(ROOT, Expression.choice(behind, Rules.add(all, "second: ", other.rules)));
        return new Grammar(all);
    }

    Network network() {
        return network;
    }

    /** Makes it ready for a vocabulary. */
    public CompiledGrammar compile(TokenVocabulary vocabulary) {
        return new CompiledGrammar(network, vocabulary);
    }
}
