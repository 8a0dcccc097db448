package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LpuCheckTest {
    private static final String PROGRAM = """
            block copy bases 0
              queue mem.w.0
                0: read 0 -> e0#1
              queue mem.e.0
                33: write e0#1 -> 0
            chip
              place 0 at 0
            """;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldTellTheTimeOfALegalProgram() throws IOException {
        Path text = Files.writeString(directory.resolve("copy.lpus"), PROGRAM);
        Path bytes = directory.resolve("copy.lpu");
        check(ExitStatus.DONE, "Legal. Complete in cycle 54, after 0.060 microseconds, on 1 chip.", text);
        Main.execute(console(OutputStream.nullOutputStream()), "asm", text.toString(), "-o", bytes.toString());
        check(ExitStatus.DONE, "Legal. Complete in cycle 54", bytes);
    }

    @Test
    void shouldListWhatAProgramMustNotDo() throws IOException {
        Path text = Files.writeString(directory.resolve("copy.lpus"), PROGRAM.replace("33:", "34:"));
        check(
                ExitStatus.FAILED,
                "Chip 0, cycle 34, queue mem.e.0: no vector is there (stream e0 at position 31). Instruction: write e0#1 -> 0",
                text);
    }

    private static void check(int expected, String sentence, Path program) {
        var output = new ByteArrayOutputStream();

        int status = Main.execute(console(output), "lpu-check", program.toString());

        assertThat(output.toString(StandardCharsets.UTF_8)).startsWith(sentence).hasLineCount(1);
        assertThat(status).isEqualTo(expected);
    }

    private static Console console(OutputStream output) {
        return new Console(InputStream.nullInputStream(), output, OutputStream.nullOutputStream(), Terminals.NONE);
    }
}
