package dev.lockstep.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The model that a verb reads from files. */
final class RequiredModel {
    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            converter = ModelReference.Converter.class,
            description = "A GGUF file, a directory, a name, or demo.")
    private @Nullable ModelReference model;

    Path file() {
        return Given.required(model).file();
    }
}
