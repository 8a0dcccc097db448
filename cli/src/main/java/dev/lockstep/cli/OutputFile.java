package dev.lockstep.cli;

import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.formats.Reason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.ITypeConverter;

/**
 * A file that a verb writes. It appears under its name when it is complete, and what was there stays until then. What is no ordinary file,
 * such as a device, a pipe or a link, is written where it is.
 */
final class OutputFile {
    private static final int BUFFER = 1 << 16;

    /** Writes what belongs into the file. */
    interface Content {
        void writeTo(OutputStream output) throws IOException;
    }

    private final Path file;

    /** @throws UsageException if no file could be there: better heard now than after minutes of computing */
    OutputFile(Path file) {
        this.file = file;
        var directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || directory == null) {
            throw new UsageException(file + ": is a directory; give the name of a file in it");
        }
        if (!Files.isDirectory(directory)) {
            throw new UsageException(file + ": there is no directory " + directory + "; make it, or check the path");
        }
    }

    /** @throws UncheckedIOException if it cannot be written, with a sentence for the user */
    void write(Content content) {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                write(file, content);
            } else {
                replace(content);
            }
        } catch (IOException failure) {
            throw unwritten(failure);
        } catch (UncheckedIOException failure) {
            throw unwritten(failure.getCause());
        }
    }

    private UncheckedIOException unwritten(IOException failure) {
        return new UncheckedIOException(new IOException(
                "%s: cannot be written (%s); check the directory and its free space"
                        .formatted(file, Reason.of(failure)),
                failure));
    }

    void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    void write(byte[] bytes) {
        write(output -> output.write(bytes));
    }

    /** By a new file beside it, which is gone in the end whatever happens. */
    private void replace(Content content) throws IOException {
        var unfinished = file.toAbsolutePath()
                .resolveSibling(
                        "." + file.getFileName() + "." + ProcessHandle.current().pid());
        unfinished.toFile().deleteOnExit();
        try {
            write(unfinished, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void write(Path file, Content content, StandardOpenOption... options) throws IOException {
        try (var output = new BufferedOutputStream(Files.newOutputStream(file, options), BUFFER)) {
            content.writeTo(output);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<OutputFile> {
        @Override
        public OutputFile convert(String text) {
            try {
                return new OutputFile(Path.of(text));
            } catch (InvalidPathException wrong) {
                throw new UsageException(ControlCharacters.escape(text) + ": is not a path; check it", wrong);
            }
        }
    }
}
