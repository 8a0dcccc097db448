package dev.lockstep.text.template;

/** An operation failed that does not know where it stands in the template; the evaluator adds the place. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean raisedByTemplate;

    private Fault(String message, boolean raisedByTemplate) {
        super(message, null, false, false);
        this.raisedByTemplate = raisedByTemplate;
    }

    Fault(String message) {
        this(message, false);
    }

    static Fault raisedByTemplate(String sentence) {
        return new Fault(sentence, true);
    }

    TemplateException at(Position position) {
        String sentence = String.valueOf(getMessage());
        return raisedByTemplate
                ? TemplateException.raised(position, sentence)
                : TemplateException.at(position, sentence);
    }
}
