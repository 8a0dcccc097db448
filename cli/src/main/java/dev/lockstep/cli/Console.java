package dev.lockstep.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Standard input, output and error of the command, UTF-8 whatever the locale, and which of them are terminals. Results go to
 * the output and everything said about them (progress, warnings, errors) to the error stream.
 */
final class Console {
    /** ECMA-48: erase in line. */
    private static final String ERASE_REST = "\u001b[K";

    private final InputStream input;
    private final OutputStream output;
    private final PrintStream error;
    private final Terminals terminals;
    private boolean noteOpen;
    private Optional<Timings> timings = Optional.empty();

    Console(InputStream input, OutputStream output, OutputStream error, Terminals terminals) {
        this.input = input;
        this.output = new BufferedOutputStream(output);
        this.error = new PrintStream(error, true, StandardCharsets.UTF_8);
        this.terminals = terminals;
    }

    static Console ofProcess() {
        return new Console(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                Terminals.ofProcess());
    }

    /** The same, with results going elsewhere and no input. */
    Console withOutput(OutputStream other) {
        return new Console(
                InputStream.nullInputStream(),
                other,
                error,
                new Terminals(false, false, terminals.error(), terminals.columns()));
    }

    /**
     * Writes to standard output; {@link #flush} makes it visible.
     *
     * @throws ReaderGoneException if nobody reads it any more
     * @throws UncheckedIOException if it cannot be written for another reason
     */
    void print(String text) {
        try {
            output.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw outputFailure(failure);
        }
    }

    void printLine(String line) {
        print(line + System.lineSeparator());
    }

    void flush() {
        try {
            output.flush();
        } catch (IOException failure) {
            throw outputFailure(failure);
        }
    }

    /** From now on, says when what was done. */
    void startTimings(Timings kept) {
        timings = Optional.of(kept);
    }

    /** A stage on the way to the first token is over. */
    void passed(String stage) {
        timings.ifPresent(kept -> note(kept.line(stage)));
    }

    /** A line on standard error. */
    void note(String line) {
        eraseNote();
        error.println(line);
    }

    /** A line on a terminal that is overwritten by what comes next, such as a progress bar. */
    void noteInPlace(String line) {
        error.print("\r" + line + ERASE_REST);
        error.flush();
        noteOpen = true;
    }

    /** Takes back {@link #noteInPlace}. */
    void eraseNote() {
        if (noteOpen) {
            error.print("\r" + ERASE_REST);
            error.flush();
            noteOpen = false;
        }
    }

    void trace(Throwable failure) {
        failure.printStackTrace(error);
    }

    BufferedReader reader() {
        return new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    }

    /** All of standard input. */
    String readAll() {
        try {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    new IOException("standard input cannot be read: " + failure.getMessage(), failure));
        }
    }

    OutputStream output() {
        return output;
    }

    Terminals terminals() {
        return terminals;
    }

    /** Whether escape sequences for colours are welcome on standard output (see no-color.org). */
    boolean coloured() {
        var noColor = System.getenv("NO_COLOR");
        return terminals.output() && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
    }

    private static RuntimeException outputFailure(IOException failure) {
        var message = String.valueOf(failure.getMessage());
        if (message.contains("Broken pipe")) {
            return new ReaderGoneException(failure);
        }
        return new UncheckedIOException(new IOException("standard output cannot be written: " + message, failure));
    }
}
