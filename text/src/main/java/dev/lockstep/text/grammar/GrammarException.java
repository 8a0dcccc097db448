package dev.lockstep.text.grammar;

/** A grammar cannot be read, or asks for what cannot be kept; the message is one sentence: what, where. */
public final class GrammarException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GrammarException(String message) {
        super(message);
    }
}
