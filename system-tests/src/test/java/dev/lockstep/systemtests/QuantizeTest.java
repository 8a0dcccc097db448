package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class QuantizeTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldMakeASmallerModelThatRuns() throws IOException {
        var file = directory.resolve("small.gguf");
        var made = run("quantize", "-m", "demo", "--requantize", "--type", "q4_0", "-o", file.toString(), "--json");
        assertThat(made.status()).as(made.err()).isZero();
        var fields = JsonMapper.shared().readTree(made.out());
        assertThat(fields.path("relative_errors").path("Q4_0").doubleValue()).isBetween(0.05, 0.1);
        assertThat(fields.path("bytes_after").longValue())
                .isBetween(Files.size(file) * 9 / 10, Files.size(file))
                .isLessThan(fields.path("bytes_before").longValue() * 2 / 3);

        var told = run("run", "-m", file.toString(), "-p", "Tell me a story.", "--chat", "-n", "40", "--temp", "0");
        assertThat(told.status()).as(told.err()).isZero();
        assertThat(told.out()).contains("Once");
    }

    @Test
    void shouldLeaveNothingBehindWhenItRefuses() throws IOException {
        var model = TinyModel.write(directory);
        var file = directory.resolve("small.gguf");
        run("quantize", "-m", "demo", "--requantize", "--type", "IQ4_XS", "-o", file.toString())
                .shouldBeRefusedWith("IQ4_XS", "use");
        run("quantize", "-m", "demo", "--type", "Q4_K_M", "-o", file.toString())
                .shouldBeRefusedWith("Q8_0 already", "--requantize");
        run("quantize", "-m", "shape:tinyllama-1.1b", "-o", file.toString()).shouldBeRefusedWith("no weights");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(model);
        }
    }
}
