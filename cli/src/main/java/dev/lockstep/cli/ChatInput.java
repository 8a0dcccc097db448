package dev.lockstep.cli;

import java.util.Optional;

/** Where the messages of a conversation come from. */
interface ChatInput extends AutoCloseable {
    /** The next message, of one or several lines; empty when there are no more. */
    Optional<String> next();

    /** Whether the user has asked to stop since the last message was read. */
    boolean interrupted();

    @Override
    void close();
}
