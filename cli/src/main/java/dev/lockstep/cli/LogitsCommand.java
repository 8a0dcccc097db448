package dev.lockstep.cli;

import dev.lockstep.engine.Lockstep;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "logits",
        description = "Writes the logits after every token of a sequence to a file.",
        customSynopsis = "lockstep logits [OPTIONS] -m MODEL --tokens ID,ID... -o FILE",
        footer = {
            "",
            "The file holds float32, little endian, row-major: [tokens][vocabulary].",
            "Examples:",
            "  lockstep logits -m model.gguf --tokens 1,9038,2501 -o logits.f32"
        })
final class LogitsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--tokens",
            required = true,
            split = ",",
            paramLabel = "ID",
            description = "The sequence; 'lockstep tokenize --ids' prints one.")
    private List<Integer> tokens = List.of();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description = "Where to write.")
    private @Nullable OutputFile output;

    LogitsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var file = Given.required(output);
        try (var opened = model.open(console)) {
            file.write(bytes -> write(opened, bytes));
            console.note("lockstep: wrote %d x %d logits to %s"
                    .formatted(tokens.size(), opened.machine().vocabularySize(), file));
        }
        return ExitStatus.DONE;
    }

    private void write(Lockstep opened, OutputStream bytes) {
        int columns = opened.machine().vocabularySize();
        var row = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        var progress = new ProgressBar(console);
        opened.logits(tokens.stream().mapToInt(Integer::intValue).toArray(), (position, logits, offset) -> {
            row.asFloatBuffer().put(logits, offset, columns);
            try {
                bytes.write(row.array());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            progress.progress("computing logits", position + 1, tokens.size());
        });
    }
}
