package dev.lockstep.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Messages typed by a person: line editing, history in a private file, several lines by marks or by pasting. */
final class TerminalChatInput implements ChatInput {
    private static final String PROMPT = "> ";
    private static final String SECOND_PROMPT = ". ";

    private final Terminal terminal;
    private final LineReader reader;
    private volatile Runnable onInterrupt = () -> {};

    private TerminalChatInput(Terminal terminal) {
        this.terminal = terminal;
        terminal.handle(Terminal.Signal.INT, _ -> onInterrupt.run());
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("lockstep")
                .parser(new WholeMessages())
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, SECOND_PROMPT)
                .variable(LineReader.DISABLE_COMPLETION, true)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.BRACKETED_PASTE, true)
                .build();
        historyFile().ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
    }

    static TerminalChatInput open() {
        try {
            return new TerminalChatInput(
                    TerminalBuilder.builder().system(true).nativeSignals(true).build());
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    new IOException("the terminal cannot be used: " + failure.getMessage(), failure));
        }
    }

    @Override
    public Optional<String> next() {
        while (true) {
            try {
                var lines = reader.readLine(PROMPT);
                return Optional.of(MultiLine.message(lines));
            } catch (UserInterruptException lineGivenUp) {
                if (lineGivenUp.getPartialLine().isEmpty()) {
                    terminal.writer().println("Ctrl-D or /quit leaves.");
                }
            } catch (EndOfFileException end) {
                return Optional.empty();
            }
        }
    }

    @Override
    public void onInterrupt(Runnable action) {
        onInterrupt = action;
    }

    @Override
    public void close() {
        try {
            terminal.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A file that nobody else can read; none where it cannot be made. */
    private static Optional<Path> historyFile() {
        var state = System.getenv("XDG_STATE_HOME");
        var directory = (state == null || state.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(state))
                .resolve("lockstep");
        try {
            Files.createDirectories(directory);
            var file = directory.resolve("history");
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return Optional.of(file);
        } catch (IOException | UnsupportedOperationException noHistory) {
            return Optional.empty();
        }
    }

    /** Lets the reader ask for another line while a message is not complete. */
    private static final class WholeMessages implements Parser {
        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && !MultiLine.isComplete(line)) {
                throw new EOFError(-1, -1, "the message goes on");
            }
            return new OneWord(line, cursor);
        }

        @Override
        public boolean isEscapeChar(char c) {
            return false;
        }
    }

    private record OneWord(String line, int cursor) implements CompletingParsedLine {
        @Override
        public String word() {
            return line;
        }

        @Override
        public int wordCursor() {
            return cursor;
        }

        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(line);
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return cursor;
        }

        @Override
        public int rawWordLength() {
            return line.length();
        }
    }
}
