package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.text.grammar.CompiledGrammar;
import dev.lockstep.text.grammar.Grammar;
import dev.lockstep.text.grammar.GrammarException;
import dev.lockstep.text.grammar.TokenVocabulary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Grammars of constraints and tools that were asked for lately, ready for the model's vocabulary. Safe for use by many threads. */
final class Grammars {
    private static final int MOST = 64;

    private final Lockstep model;
    private final Map<Object, CompiledGrammar> known = new LinkedHashMap<>(16, 0.75f, true);

    /** Sorting all tokens takes a moment. */
    private final Once<TokenVocabulary> vocabulary = new Once<>(() -> vocabulary(Set.of()));

    /** With the control tokens that calls are written with. */
    private final Once<TokenVocabulary> callVocabulary = new Once<>(() -> vocabulary(ToolSyntax.MARKS));

    Grammars(Lockstep model) {
        this.model = model;
    }

    /**
     * The grammar of a constraint, if it has one.
     *
     * @throws InvalidRequestException if it cannot be kept
     */
    Optional<CompiledGrammar> of(Constraint constraint) {
        if (constraint instanceof Constraint.None) {
            return Optional.empty();
        }
        return Optional.of(cached(constraint, "constraint", vocabulary, () -> grammar(constraint)));
    }

    /**
     * The grammar of calls of tools, behind the prefix of their syntax.
     *
     * @param several whether there may be more than one
     * @throws InvalidRequestException if the parameters of a tool are no schema that can be kept
     */
    CompiledGrammar calls(ToolSyntax syntax, List<Tool> tools, boolean several) {
        return cached(
                List.of(syntax, tools, several), "tools", callVocabulary, () -> callGrammar(syntax, tools, several));
    }

    /**
     * The grammar of answers that call tools or keep to a constraint, if it has a grammar.
     *
     * @param several whether there may be more than one call
     * @throws InvalidRequestException if the constraint cannot be kept
     */
    Optional<CompiledGrammar> callsOr(ToolSyntax syntax, List<Tool> tools, boolean several, Constraint constraint) {
        if (constraint instanceof Constraint.None) {
            return Optional.empty();
        }
        return Optional.of(cached(
                List.of(syntax, tools, several, constraint),
                "constraint",
                callVocabulary,
                () -> callsOr(syntax, callGrammar(syntax, tools, several), grammar(constraint))));
    }

    private static Grammar callsOr(ToolSyntax syntax, Grammar calls, Grammar other) {
        Grammar all = calls.behind(syntax.calls().prefix(), other);
        return syntax.bareObject() ? calls.behind(syntax.markers().getFirst(), all) : all;
    }

    private static Grammar callGrammar(ToolSyntax syntax, List<Tool> tools, boolean several) {
        Map<String, String> functions = new LinkedHashMap<>();
        for (Tool tool : tools) {
            if (functions.put(tool.name(), tool.parameters()) != null) {
                throw new InvalidRequestException("tools", "two tools have the name \"" + tool.name() + "\"");
            }
        }
        return Grammar.calls(syntax.calls(), functions, several);
    }

    private CompiledGrammar cached(
            Object key, String parameter, Supplier<TokenVocabulary> vocabulary, Supplier<Grammar> grammar) {
        synchronized (known) {
            CompiledGrammar cached = known.get(key);
            if (cached != null) {
                return cached;
            }
        }
        CompiledGrammar compiled;
        try {
            compiled = grammar.get().compile(vocabulary.get());
        } catch (GrammarException refused) {
            throw new InvalidRequestException(parameter, refused.getMessage());
        }
        synchronized (known) {
            known.put(key, compiled);
            if (known.size() > MOST) {
                known.remove(known.keySet().iterator().next());
            }
        }
        return compiled;
    }

    private static Grammar grammar(Constraint constraint) {
        return switch (constraint) {
            case Constraint.None _ -> throw new AssertionError("no grammar was asked for");
            case Constraint.JsonObject _ -> Grammar.jsonObject();
            case Constraint.JsonSchema(String schema) -> Grammar.jsonSchema(schema);
            case Constraint.Regex(String pattern) -> Grammar.regex(pattern);
            case Constraint.Gbnf(String grammar) -> Grammar.gbnf(grammar);
        };
    }

    /** @param marks names of control tokens that stand in texts */
    private TokenVocabulary vocabulary(Set<String> marks) {
        int size = Math.min(model.machine().vocabularySize(), model.tokenizer().vocabularySize());
        return TokenVocabulary.of(model.tokenizer(), size, marks);
    }
}
