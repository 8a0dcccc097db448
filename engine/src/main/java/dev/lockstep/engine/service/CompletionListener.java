package dev.lockstep.engine.service;

/**
 * Hears how a request goes, on the thread that serves all requests: it must not block. An exception thrown here cancels the
 * request.
 */
@FunctionalInterface
public interface CompletionListener {
    void on(CompletionEvent event);
}
