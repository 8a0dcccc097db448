package dev.lockstep.cli;

import dev.lockstep.lpu.assembly.Disassembler;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "disasm",
        description = "Shows an LPU program as text, which asm reads.",
        customSynopsis = "lockstep disasm FILE [-o FILE]",
        footer = {"", "Example:", "  lockstep disasm program.lpu | less"})
final class DisasmCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "FILE",
            description = "A program: what 'lockstep compile --program' or 'lockstep asm' wrote.")
    private @Nullable Path source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description = "Where to write the text; standard output otherwise.")
    private @Nullable OutputFile output;

    DisasmCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        String text = Disassembler.text(ProgramFile.readBinary(Given.required(source)));
        if (output == null) {
            console.print(text);
        } else {
            output.write(text);
        }
        return ExitStatus.DONE;
    }
}
