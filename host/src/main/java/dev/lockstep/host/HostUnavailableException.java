package dev.lockstep.host;

/** This process cannot run native programs; the message says why and what to do. The reference interpreter still can. */
public final class HostUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HostUnavailableException(String message) {
        super(message);
    }
}
