package dev.lockstep.server.http;

/** Nobody is there to read an answer any more. */
public final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClientGoneException() {
        super("the client has gone");
    }

    public ClientGoneException(Throwable cause) {
        super("the client has gone", cause);
    }
}
