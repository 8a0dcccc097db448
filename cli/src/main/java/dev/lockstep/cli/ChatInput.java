package dev.lockstep.cli;

import java.util.Optional;

/** Where the messages of a conversation come from. */
interface ChatInput extends AutoCloseable {
    /** The next message, of one or several lines; empty when there are no more. */
    Optional<String> next();

    /** What is to happen when the user asks to stop, on any thread. */
    void onInterrupt(Runnable action);

    @Override
    void close();
}
