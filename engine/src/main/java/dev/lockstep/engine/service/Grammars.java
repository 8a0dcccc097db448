package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.text.grammar.CompiledGrammar;
import dev.lockstep.text.grammar.Grammar;
import dev.lockstep.text.grammar.GrammarException;
import dev.lockstep.text.grammar.TokenVocabulary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Grammars of constraints that were asked for lately, ready for the model's vocabulary. Safe for use by many threads. */
final class Grammars {
    private static final int MOST = 64;

    private final Lockstep model;
    private final Map<Constraint, CompiledGrammar> known = new LinkedHashMap<>(16, 0.75f, true);
    private Optional<TokenVocabulary> vocabulary = Optional.empty();

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
        synchronized (known) {
            CompiledGrammar cached = known.get(constraint);
            if (cached != null) {
                return Optional.of(cached);
            }
        }
        CompiledGrammar compiled = compile(constraint);
        synchronized (known) {
            known.put(constraint, compiled);
            if (known.size() > MOST) {
                known.remove(known.keySet().iterator().next());
            }
        }
        return Optional.of(compiled);
    }

    private CompiledGrammar compile(Constraint constraint) {
        try {
            return grammar(constraint).compile(vocabulary());
        } catch (GrammarException refused) {
            throw new InvalidRequestException("constraint", refused.getMessage());
        }
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

    /** Sorting all tokens takes a moment, so it is done when first needed. */
    private synchronized TokenVocabulary vocabulary() {
        if (vocabulary.isEmpty()) {
            int size =
                    Math.min(model.machine().vocabularySize(), model.tokenizer().vocabularySize());
            vocabulary = Optional.of(TokenVocabulary.of(model.tokenizer(), size));
        }
        return vocabulary.get();
    }
}
