package dev.lockstep.engine.service;

import java.util.function.Consumer;

/**
 * Hears how a request goes, on the thread that serves all requests: it must not block. An exception thrown here ends the
 * request, and is what its result fails with.
 */
@FunctionalInterface
public interface CompletionListener {
    void on(CompletionEvent event);

    /** Hears the text of the answers only. */
    static CompletionListener ofText(Consumer<String> text) {
        return event -> {
            if (event instanceof CompletionEvent.Text(int _, String more)) {
                text.accept(more);
            }
        };
    }
}
