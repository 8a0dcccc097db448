package dev.lockstep.cli;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.checker.Violation;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "lpu-check",
        description = {
            "Says whether an LPU program is legal, and how long it takes.",
            "What it must not do is listed with chip, cycle, queue and instruction, the earliest first."
        },
        customSynopsis = "lockstep lpu-check FILE [--machine FILE]",
        footer = {"", "Example:", "  lockstep lpu-check program.lpus"})
final class LpuCheckCommand implements Callable<Integer> {
    private static final String BINARY = ".lpu";

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "A program: bytes if the name ends with .lpu, otherwise text.")
    private @Nullable Path source;

    @Option(
            names = "--machine",
            paramLabel = "FILE",
            description = "A machine description in TOML. Default: lpu-v1, which comes with Lockstep.")
    private @Nullable Path description;

    LpuCheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path file = Given.required(source);
        Machine machine = description == null ? Machine.lpuV1() : Machine.read(description);
        LpuProgram program =
                file.toString().endsWith(BINARY) ? ProgramFile.readBinary(file) : ProgramFile.readText(file);
        List<Violation> violations = new LegalityChecker(machine).check(program);
        if (!violations.isEmpty()) {
            violations.forEach(violation -> console.printLine(violation.toString()));
            return ExitStatus.FAILED;
        }
        SimulationResult result = TimeSimulator.run(machine, program);
        console.printLine(String.format(
                Locale.ROOT,
                "Legal. Complete in cycle %d, after %.3f microseconds, on %d %s.",
                result.cycles(),
                result.microseconds(machine),
                program.chips().size(),
                program.chips().size() == 1 ? "chip" : "chips"));
        return ExitStatus.DONE;
    }
}
