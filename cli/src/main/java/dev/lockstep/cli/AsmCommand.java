package dev.lockstep.cli;

import dev.lockstep.lpu.binary.ProgramWriter;
import dev.lockstep.lpu.program.LpuProgram;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "asm",
        description = "Assembles an LPU program: text in, bytes out.",
        customSynopsis = "lockstep asm FILE -o FILE",
        footer = {"", "Example:", "  lockstep asm program.lpus -o program.lpu"})
final class AsmCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", description = "Program text.")
    private @Nullable Path source;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description = "Where to write the program.")
    private @Nullable OutputFile output;

    @Option(names = "--strip", description = "Leave the labels out, which only checks need.")
    private boolean strip;

    AsmCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        LpuProgram program = ProgramFile.readText(Given.required(source));
        byte[] bytes = strip ? ProgramWriter.stripped(program) : ProgramWriter.bytes(program);
        Given.required(output).write(bytes);
        console.note("lockstep: wrote %d bytes, a program for %d chips, to %s"
                .formatted(bytes.length, program.chips().size(), output));
        return ExitStatus.DONE;
    }
}
