package dev.lockstep.engine.service;

import java.util.concurrent.CompletableFuture;

/** A request that is being served. */
public interface Ticket {
    /** Different for all requests of a service. */
    long id();

    /** Ends the request before the next step; what there is so far becomes its result. Does nothing if it is done. */
    void cancel();

    /** Completes after the listener has heard of the end; fails with an {@link dev.lockstep.engine.EngineException} if the request does. */
    CompletableFuture<CompletionResult> result();
}
