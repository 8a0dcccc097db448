package dev.lockstep.text.template;

/**
 * A template cannot be parsed, or refuses or fails to render. The message is one sentence that ends with the place in
 * the template; if the template itself raised the error with {@code raise_exception}, the message is the template's own
 * sentence and nothing else.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    private TemplateException(String message, Position position) {
        super(message);
        this.line = position.line();
        this.column = position.column();
    }

    static TemplateException at(Position position, String sentence) {
        return new TemplateException(
                sentence + " (line " + position.line() + ", column " + position.column() + " of the template)",
                position);
    }

    static TemplateException raised(Position position, String sentence) {
        return new TemplateException(sentence, position);
    }

    /** Line of the template where it happened, from 1. */
    public int line() {
        return line;
    }

    /** Column in that line, from 1, in UTF-16 units. */
    public int column() {
        return column;
    }
}
