package dev.lockstep.engine.service;

/** The request makes no sense, or asks for what the model or the service does not have. */
public final class InvalidRequestException extends RefusedException {
    private static final long serialVersionUID = 1L;

    private final String parameter;

    public InvalidRequestException(String parameter, String message) {
        super(message);
        this.parameter = parameter;
    }

    /** What of the request is wrong, by the name of its component: {@code constraint}, {@code input}, {@code stopStrings}. */
    public String parameter() {
        return parameter;
    }
}
