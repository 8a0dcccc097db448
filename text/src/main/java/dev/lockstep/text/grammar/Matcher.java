package dev.lockstep.text.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where a text stands in its grammar. Not for use by several threads at once. */
public final class Matcher {
    private final CompiledGrammar grammar;
    private State state;

    Matcher(CompiledGrammar grammar, State start) {
        this.grammar = grammar;
        this.state = start;
    }

    /** The tokens that may follow, a bit for each, 64 to a word; valid until the next token, not to be changed. */
    public long[] allowed() {
        return grammar.mask(state);
    }

    public boolean allows(int token) {
        return (allowed()[token >> 6] & 1L << token) != 0;
    }

    /**
     * Takes the next token of the text; one that ends generations takes it nowhere.
     *
     * @throws IllegalArgumentException if it may not follow
     */
    public void accept(int token) {
        if (!allows(token)) {
            throw new IllegalArgumentException("token " + token + " may not follow");
        }
        state = grammar.next(state, token);
    }

    /** Takes text that is no token of its own; false, and nothing is taken, if it may not follow. */
    public boolean acceptText(String text) {
        State after = grammar.next(state, text.getBytes(StandardCharsets.UTF_8));
        if (after.dead()) {
            return false;
        }
        state = after;
        return true;
    }

    /** Whether the text so far is a whole text of the grammar. */
    public boolean complete() {
        return state.complete();
    }

    /** Whether the text is complete and nothing can follow. */
    public boolean finished() {
        return complete() && state.size() == 0;
    }

    /** Whether no token at all may follow, nor the end: the vocabulary cannot spell what would. */
    public boolean stuck() {
        return !complete() && Arrays.stream(allowed()).allMatch(word -> word == 0);
    }

    /** Another one at the same place. */
    public Matcher copy() {
        return new Matcher(grammar, state);
    }
}
