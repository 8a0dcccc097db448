package dev.lockstep.engine.service;

import dev.lockstep.text.grammar.CompiledGrammar;
import java.util.Optional;

/**
 * How one request uses tools.
 *
 * @param syntax how the model writes calls
 * @param calls what calls may be, so that arguments fit the schema of their tool
 * @param forced what the whole answer must be, if it must call
 */
record ToolUse(ToolSyntax syntax, CompiledGrammar calls, Optional<CompiledGrammar> forced) {}
