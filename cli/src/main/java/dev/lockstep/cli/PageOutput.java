package dev.lockstep.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where verbs that write a page put it. */
final class PageOutput {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write the page, in Markdown. Default: standard output.")
    private @Nullable Path output;

    void write(Console console, String page) {
        if (output == null) {
            console.print(page);
            return;
        }
        try {
            Files.writeString(output, page);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
