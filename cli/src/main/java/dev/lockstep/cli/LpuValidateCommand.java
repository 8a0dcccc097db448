package dev.lockstep.cli;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.validation.ValidationPage;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private final PageOutput output = new PageOutput();

    LpuValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Machine machine = description == null ? Machine.lpuV1() : Machine.read(description);
        output.write(console, ValidationPage.render(machine));
        return ExitStatus.DONE;
    }
}
