package dev.lockstep.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where verbs that write a page put it. */
final class PageOutput {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description = "Where to write the page, in Markdown. Default: standard output.")
    private @Nullable OutputFile output;

    void write(Console console, String page) {
        if (output == null) {
            console.print(page);
        } else {
            output.write(page);
        }
    }
}
