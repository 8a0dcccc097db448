package dev.lockstep.cli;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.validation.ValidationPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "lpu-validate",
        description = {
            "Sets measurements of the LPU model beside published numbers.",
            "Small programs for language processing units are simulated, each for one published number."
        },
        customSynopsis = "lockstep lpu-validate [--machine FILE] [-o FILE]",
        footer = {"", "Example:", "  lockstep lpu-validate -o docs/lpu-validation.md"})
final class LpuValidateCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--machine",
            paramLabel = "FILE",
            description = "A machine description in TOML. Default: lpu-v1, which comes with Lockstep.")
    private @Nullable Path description;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write the page, in Markdown. Default: standard output.")
    private @Nullable Path output;

    LpuValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Machine machine = description == null ? Machine.lpuV1() : Machine.read(description);
        String page = ValidationPage.render(machine);
        if (output == null) {
            console.print(page);
        } else {
            try {
                Files.writeString(output, page);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ExitStatus.DONE;
    }
}
