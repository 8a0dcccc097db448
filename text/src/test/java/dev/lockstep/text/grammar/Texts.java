package dev.lockstep.text.grammar;

import java.nio.charset.StandardCharsets;

/** Whether texts belong to a grammar. */
final class Texts {
    private Texts() {}

    static boolean accepts(Grammar grammar, String text) {
        return accepts(grammar, text.getBytes(StandardCharsets.UTF_8));
    }

    static boolean accepts(Grammar grammar, byte[] text) {
        return reach(grammar, text).complete();
    }

    /** Whether it is the beginning of a text. */
    static boolean begins(Grammar grammar, String text) {
        return begins(grammar, text.getBytes(StandardCharsets.UTF_8));
    }

    static boolean begins(Grammar grammar, byte[] text) {
        return !reach(grammar, text).dead();
    }

    private static State reach(Grammar grammar, byte[] text) {
        var automaton = new Automaton(grammar.network());
        State state = automaton.start();
        for (byte value : text) {
            state = automaton.next(state, value & 0xFF);
        }
        return state;
    }
}
