package dev.lockstep.text.grammar;

/** A grammar for one vocabulary. What it has found out serves all who match against it, also at the same time. */
public final class CompiledGrammar {
    private final Automaton automaton;
    private final TokenVocabulary vocabulary;
    private final State start;
    private final State[] path;

    CompiledGrammar(Network network, TokenVocabulary vocabulary) {
        this.automaton = new Automaton(network);
        this.vocabulary = vocabulary;
        this.path = new State[vocabulary.deepest + 1];
        this.start = automaton.start();
        mask(start);
    }

    /** For one text, from its beginning. */
    public Matcher matcher() {
        return new Matcher(this, start);
    }

    TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** The state after a token; dead if it may not follow. */
    State next(State state, int token) {
        return next(state, vocabulary.bytes(token));
    }

    synchronized State next(State state, byte[] text) {
        State at = state;
        for (byte value : text) {
            at = automaton.next(at, value & 0xFF);
        }
        return at;
    }

    /** The tokens that may follow, a bit for each. */
    synchronized long[] mask(State state) {
        long[] known = state.mask;
        if (known == null) {
            State standing = automaton.standing(state);
            known = standing == state ? compute(state) : mask(standing);
            state.mask = known;
        }
        return known;
    }

    private long[] compute(State state) {
        long[] mask = new long[(vocabulary.size() + 63) / 64];
        byte[] label = vocabulary.label;
        byte[] depths = vocabulary.depth;
        path[0] = state;
        for (int node = 0; node < label.length; ) {
            int depth = depths[node];
            State next = automaton.next(path[depth], label[node] & 0xFF);
            if (next == State.DEAD) {
                node = vocabulary.subtreeEnd[node];
                continue;
            }
            path[depth + 1] = next;
            for (int i = vocabulary.tokenStart[node]; i < vocabulary.tokenStart[node + 1]; i++) {
                set(mask, vocabulary.tokens[i]);
            }
            node++;
        }
        if (state.complete()) {
            for (int token : vocabulary.endTokens()) {
                set(mask, token);
            }
        }
        return mask;
    }

    private static void set(long[] mask, int token) {
        mask[token >> 6] |= 1L << token;
    }
}
