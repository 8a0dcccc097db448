package dev.lockstep.text.json;

/** A text is not JSON; the message is one sentence that names the place. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message);
    }
}
