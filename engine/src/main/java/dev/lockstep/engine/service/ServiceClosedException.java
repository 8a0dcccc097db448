package dev.lockstep.engine.service;

/** The service is being closed, or is closed. */
public final class ServiceClosedException extends RefusedException {
    private static final long serialVersionUID = 1L;

    public ServiceClosedException() {
        super("the service is closed");
    }
}
