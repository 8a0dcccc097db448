package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitsTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldWriteTheSameBitsWithEveryEngineAndNumberOfThreads() throws IOException {
        byte[] reference = logits("reference.f32", "--engine", "reference", "--threads", "1");
        assertThat(reference).hasSize(4 * TinyModel.VOCABULARY * Float.BYTES);
        assertThat(logits("auto.f32", "--threads", "2")).isEqualTo(reference);
    }

    @Test
    void shouldLeaveNothingBehindWhenItFails() throws IOException {
        var model = TinyModel.write(directory);
        run(
                        "logits",
                        "-m",
                        model.toString(),
                        "--tokens",
                        "1,99999",
                        "--engine",
                        "reference",
                        "-o",
                        directory.resolve("l.f32").toString())
                .shouldBeRefusedWith("99999");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(model);
        }
    }

    private byte[] logits(String name, String... options) throws IOException {
        var file = directory.resolve(name);
        var arguments = new ArrayList<>(List.of(
                "logits",
                "-m",
                TinyModel.write(directory).toString(),
                "--tokens",
                "1,100,101,102",
                "-o",
                file.toString()));
        arguments.addAll(List.of(options));
        var result = run(arguments.toArray(String[]::new));
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).isEmpty();
        return Files.readAllBytes(file);
    }
}
