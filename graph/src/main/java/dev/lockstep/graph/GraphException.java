package dev.lockstep.graph;

import dev.lockstep.formats.ControlCharacters;

/** A graph breaks a rule of the IR, or a model cannot be expressed in it. The message names the operation or the key. */
public final class GraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GraphException(String message) {
        super(ControlCharacters.escape(message));
    }
}
