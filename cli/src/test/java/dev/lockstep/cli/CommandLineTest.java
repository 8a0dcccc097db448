package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that end before a model is opened. */
class CommandLineTest {
    private static final int SCREEN_LINES = 43;
    private static final int SCREEN_COLUMNS = 80;

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(strings = {"run", "chat", "tour", "inspect", "tokenize", "logits", "bench", "accuracy", "serve"})
    void shouldHaveHelpThatFitsAScreen(String verb) {
        assertThat(execute(verb, "--help")).isZero();
        assertThat(text(out).lines())
                .hasSizeLessThanOrEqualTo(SCREEN_LINES)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(SCREEN_COLUMNS));
        assertThat(text(out)).contains("Examples:\n  lockstep " + verb);
        assertThat(text(err)).isEmpty();
    }

    @Test
    void shouldKnowItsVersion() {
        assertThat(execute("--version")).isZero();
        assertThat(text(out)).matches("(?s)lockstep \\d+\\.\\d+.*\\(Java .*\\)\\R");
    }

    @Test
    void shouldSuggestTheRightNameOfAnOption() {
        refuse("'run --tempp'", "run", "-m", aFile(), "--tempp", "1");
        assertThat(text(err)).contains("--tempp", "--temp");
    }

    @ParameterizedTest
    @CsvSource({
        "hf:org/repo, lockstep pull",
        ".., is a directory",
        "missing.gguf, no such file",
        "shape:tinyllama-1.1b, no weights"
    })
    void shouldSayWhyAModelIsNotThere(String model, String reason) {
        refuse(model, "run", "-m", model, "-p", "x");
        assertThat(text(err)).contains(model, reason);
    }

    @ParameterizedTest
    @CsvSource({
        "--temp, -1",
        "--temp, hot",
        "--top-k, -1",
        "--top-p, 2",
        "--min-p, 2",
        "--typical, 0",
        "-n, -2",
        "--stop, ''",
        "--logit-bias, x=1",
        "--logit-bias, 1=x",
        "--kv, q4",
        "--engine, gpu",
        "--threads, -1"
    })
    void shouldRefuseValuesThatMakeNoSense(String option, String value) {
        refuse(option, "run", "-m", aFile(), "-p", "x", option, value);
    }

    @Test
    void shouldListTheShapesThereAre() {
        refuse("shape", "inspect", "shape:unheard-of");
        assertThat(text(err)).contains("tinyllama-1.1b");
    }

    @Test
    void shouldInspectAShape() {
        assertThat(execute("inspect", "shape:tinyllama-1.1b", "--type", "Q8_0")).isZero();
        assertThat(text(out)).contains("1.10 B", "Q8_0", "total with 2048 tokens", "cannot be run");
    }

    @Test
    void shouldCompileAShapeForProcessingUnits() {
        assertThat(execute("compile", "-m", "shape:tinyllama-1.1b", "--target", "lpu:32", "--no-check", "--json"))
                .isZero();
        assertThat(text(out))
                .startsWith("{")
                .contains("\"tensor_parallel\":32", "\"hop_ns\":300.0", "\"scheduled\":true", "\"predicted_cycles\":")
                .contains("\"tokens_per_second_per_user\":", "\"bound_tokens_per_second\":", "\"joules_per_token\":");
    }

    @Test
    void shouldSayWhyThereIsNoSchedule() throws IOException {
        Path config = Files.writeString(directory.resolve("config.json"), """
                {"model_type": "llama", "hidden_size": 1024, "num_hidden_layers": 1, "num_attention_heads": 64,
                 "num_key_value_heads": 1, "intermediate_size": 2048, "vocab_size": 4000}""");

        assertThat(execute("compile", "-m", config.toString(), "--target", "lpu:8"))
                .isZero();
        assertThat(text(out)).contains("schedule     none: 8 heads of 16 on a chip");
    }

    @ParameterizedTest
    @CsvSource({
        "lpu:CHIPS, shape:llama-2-7b, gpu:8",
        "number of chips, shape:llama-2-7b, lpu:none",
        "does not fit, shape:llama-2-70b, lpu:8"
    })
    void shouldRefuseTargetsThatAreNone(String reason, String model, String target) {
        refuse(target, "compile", "-m", model, "--target", target);
        assertThat(text(err)).contains(reason);
    }

    @Test
    void shouldRefuseTwoPrompts() {
        refuse("two prompts", "run", "-m", aFile(), "-p", "x", "-f", "y");
    }

    @Test
    void shouldFailWhenTheOutputCannotBeWritten() {
        var full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        var console = new Console(InputStream.nullInputStream(), full, err, Terminals.NONE);
        assertThat(Main.execute(console, "inspect", "shape:tinyllama-1.1b")).isEqualTo(ExitStatus.FAILED);
        assertThat(text(err)).isEqualTo("lockstep: standard output cannot be written: No space left on device\n");
    }

    private String aFile() {
        try {
            return Files.writeString(directory.resolve("model.gguf"), "not read")
                    .toString();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void refuse(String what, String... arguments) {
        assertThat(execute(arguments)).as(what).isEqualTo(ExitStatus.REFUSED);
        assertThat(text(out)).isEmpty();
        assertThat(text(err)).startsWith("lockstep: ").doesNotContain("Exception", "internal error");
        assertThat(text(err).lines()).as("one sentence").hasSize(1);
    }

    private int execute(String... arguments) {
        return Main.execute(new Console(InputStream.nullInputStream(), out, err, Terminals.NONE), arguments);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
