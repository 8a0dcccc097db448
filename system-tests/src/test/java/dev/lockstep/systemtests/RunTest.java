package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static dev.lockstep.systemtests.LockstepCommand.runWithInput;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs on a model, as processes. */
class RunTest {
    private static final Path STORIES =
            LockstepCommand.ROOT.resolve("../shared/conformance/stories260k/stories260k.gguf");

    @TempDir
    private static Path directory = Path.of("");

    private static String model = "";

    @BeforeAll
    static void writeModel() {
        model = TinyModel.write(directory).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "reference"})
    void shouldTellTheStoryThatLlama2cTells(String engine) {
        assumeThat(STORIES)
                .as("the conformance data is not beside the checkout")
                .exists();
        var result = run(
                "run",
                "-m",
                STORIES.toString(),
                "-p",
                "Once upon a time",
                "--temp",
                "0",
                "-n",
                "50",
                "--engine",
                engine);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith(
                        ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw"
                                + " a big, red ball.");
    }

    @Test
    void shouldPrintExactlyOneObject() {
        var json = run("run", "-m", model, "-p", "abc", "-n", "5", "--temp", "0", "--ignore-eos", "--json")
                .json();
        assertThat(json.propertyNames())
                .contains(
                        "text",
                        "tokens",
                        "prompt_tokens",
                        "generated_tokens",
                        "prefill_tps",
                        "decode_tps",
                        "finish_reason");
        assertThat(json.get("prompt_tokens").intValue()).isGreaterThanOrEqualTo(4);
        assertThat(json.get("generated_tokens").intValue()).isEqualTo(5);
        assertThat(json.get("tokens").size()).isEqualTo(5);
        assertThat(json.get("finish_reason").stringValue()).isEqualTo("length");
    }

    @Test
    void shouldTakeThePromptFromStandardInput() {
        var fromInput =
                runWithInput("abc\n", "run", "-m", model, "-n", "5", "--json").json();
        var fromOption =
                run("run", "-m", model, "-p", "abc", "-n", "5", "--json").json();
        assertThat(fromInput.get("tokens")).isEqualTo(fromOption.get("tokens"));
    }

    @Test
    void shouldEndQuietlyWhenNobodyReads() throws IOException {
        var process = LockstepCommand.start("run", "-m", model, "-p", "abc", "--ignore-eos", "--engine", "reference");
        try (var out = process.getInputStream()) {
            assertThat(out.read()).isNotNegative();
        }
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(LockstepCommand.statusOf(process)).as(err).isZero();
        assertThat(err).isEmpty();
    }

    @Test
    void shouldChatThroughAPipe() {
        var result = runWithInput(
                "hello\n/system You are brief.\n\"\"\"two\nlines\"\"\"\n/quit\nnever said\n",
                "chat",
                "-m",
                model,
                "-n",
                "5",
                "--ignore-eos");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).isNotEmpty().doesNotContain("\u001b", "never said");
        assertThat(result.err()).contains("The system message is set.");
    }

    @Test
    void shouldTokenizeAndBack() {
        var json = run("tokenize", "-m", model, "a\u2603", "--json").json();
        assertThat(json.get("ids").get(0).intValue()).isEqualTo(1);
        assertThat(json.get("ids").size()).isEqualTo(json.get("pieces").size());
        var ids = run("tokenize", "-m", model, "a\u2603", "--ids").out().strip();
        assertThat(run("tokenize", "-m", model, "--decode", ids).out()).isEqualTo("a\u2603\n");
    }

    @Test
    void shouldMeasure() {
        var json = run("bench", "-m", model, "-p", "8", "-n", "4", "-r", "1", "--json")
                .json();
        assertThat(json.propertyNames())
                .contains(
                        "model",
                        "type",
                        "threads",
                        "prefill_tps",
                        "decode_tps",
                        "bytes_per_token",
                        "bandwidth_gbs",
                        "bandwidth_share",
                        "first_token_ms",
                        "resident_mb");
        assertThat(json.get("decode_tps").doubleValue()).isPositive();
    }

    @Test
    void shouldInspect() {
        var json = run("inspect", model, "--json").json();
        assertThat(json.get("runnable").booleanValue()).isTrue();
        assertThat(json.get("kv_bytes_per_token_f16").intValue()).isEqualTo(2 * 2 * 16 * 2);
    }
}
