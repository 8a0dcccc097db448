package dev.lockstep.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Messages from a pipe or a file: a line each, more with the marks of {@link MultiLine}. */
final class PipedChatInput implements ChatInput {
    private final BufferedReader lines;

    PipedChatInput(BufferedReader lines) {
        this.lines = lines;
    }

    @Override
    public Optional<String> next() {
        try {
            var line = lines.readLine();
            if (line == null) {
                return Optional.empty();
            }
            var message = new StringBuilder(line);
            while (!MultiLine.isComplete(message) && (line = lines.readLine()) != null) {
                message.append('\n').append(line);
            }
            return Optional.of(MultiLine.message(message.toString()));
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    new IOException("standard input cannot be read: " + failure.getMessage(), failure));
        }
    }

    /** An interrupt ends the whole process here. */
    @Override
    public void onInterrupt(Runnable action) {}

    @Override
    public void close() {}
}
