package dev.lockstep.cli;

import dev.lockstep.formats.Reason;
import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.assembly.AssemblyException;
import dev.lockstep.lpu.binary.ProgramReader;
import dev.lockstep.lpu.program.LpuProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs of LPUs in files, as text or as bytes. */
final class ProgramFile {
    private ProgramFile() {}

    static LpuProgram readText(Path file) {
        String text = new String(bytes(file), StandardCharsets.UTF_8);
        try {
            return Assembler.program(text);
        } catch (AssemblyException wrong) {
            throw new UsageException(file + ": " + wrong.getMessage(), wrong);
        }
    }

    static LpuProgram readBinary(Path file) {
        return ProgramReader.program(file.toString(), bytes(file));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UsageException(file + ": cannot be read (" + Reason.of(failure) + "); check the path", failure);
        }
    }
}
