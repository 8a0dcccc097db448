package dev.lockstep.engine.service;

import dev.lockstep.text.grammar.CompiledGrammar;
import java.util.Optional;

/**
 * How one request uses tools.
 *
 * @param syntax how the model writes calls
 * @param calls what calls may be, so that arguments fit the schema of their tool
 * @param forced whether the whole answer must be calls
 * @param otherwise what an answer that calls nothing must be
 */
record ToolUse(ToolSyntax syntax, CompiledGrammar calls, boolean forced, Optional<CompiledGrammar> otherwise) {

    /**
     * Whether an object that stands in an answer without a mark is a call, told from how it begins; nothing as long as it may become
     * either.
     */
    Optional<Boolean> isCall(String beginning) {
        if (otherwise.isEmpty()) {
            return Optional.of(true);
        }
        boolean call = calls.matcher().acceptText(beginning);
        boolean other = otherwise.get().matcher().acceptText(beginning);
        return call && other ? Optional.empty() : Optional.of(call);
    }
}
