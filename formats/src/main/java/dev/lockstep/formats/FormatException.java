package dev.lockstep.formats;

/**
 * A model file cannot be read, is broken, hostile or of a kind that is not supported. The message is one sentence for the user: file,
 * field, offset where there is one, and what to do. Control characters that the file brought into it are written out.
 */
public final class FormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FormatException(String message) {
        super(ControlCharacters.escape(message));
    }

    public FormatException(String message, Throwable cause) {
        super(ControlCharacters.escape(message), cause);
    }
}
