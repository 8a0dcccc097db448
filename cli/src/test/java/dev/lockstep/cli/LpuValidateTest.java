package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machine descriptions that cannot be used: refused with one sentence that says where and what to do. */
class LpuValidateTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldRefuseDescriptionsWithTheirPlace() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.toml"), "name = \"mine\"\ntitle = 3\n");
        refuse("mine.toml:2:1: title is no text. Write title = \"...\".", file);
        refuse("cannot be read", directory.resolve("none.toml"));
    }

    private static void refuse(String sentence, Path machine) {
        var errors = new ByteArrayOutputStream();
        var console = new Console(InputStream.nullInputStream(), new ByteArrayOutputStream(), errors, Terminals.NONE);

        int status = Main.execute(console, "lpu-validate", "--machine", machine.toString());

        assertThat(status).isEqualTo(ExitStatus.REFUSED);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(sentence).hasLineCount(1);
    }
}
