package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command must not accept: exit status 2, one sentence, no stack trace. */
class RefusalTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldRefuseUnknownOptions() {
        run("run", "-m", TinyModel.write(directory).toString(), "--no-such-option")
                .shouldBeRefusedWith("--no-such-option", "lockstep run --help");
    }

    @Test
    void shouldRefuseAMissingFile() {
        run("run", "-m", "missing.gguf", "-p", "x").shouldBeRefusedWith("missing.gguf", "no such file");
    }

    @Test
    void shouldRefuseAFileThatIsNoModel() throws IOException {
        var file = Files.writeString(directory.resolve("text.gguf"), "This is not a model.");
        run("inspect", file.toString()).shouldBeRefusedWith("text.gguf", "GGUF");
        run("run", "-m", file.toString(), "-p", "x").shouldBeRefusedWith("text.gguf");
    }

    @Test
    void shouldRefuseATruncatedModel() throws IOException {
        var file = TinyModel.write(directory);
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length / 2));
        run("run", "-m", file.toString(), "-p", "x").shouldBeRefusedWith("tiny.gguf", "damaged or not complete");
    }

    @Test
    void shouldRefuseAbsurdCounts() throws IOException {
        var file = TinyModel.write(directory);
        byte[] all = Files.readAllBytes(file);
        ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putLong(8, Long.MAX_VALUE);
        Files.write(file, all);
        run("tokenize", "-m", file.toString(), "x").shouldBeRefusedWith("tiny.gguf");
    }

    @Test
    void shouldRefuseAnEmptyFile() throws IOException {
        var file = Files.createFile(directory.resolve("empty.gguf"));
        run("chat", "-m", file.toString()).shouldBeRefusedWith("empty.gguf");
    }

    @Test
    void shouldRefuseAPromptThatDoesNotFit() {
        run("run", "-m", TinyModel.write(directory).toString(), "--engine", "reference", "-p", "x".repeat(600))
                .shouldBeRefusedWith("prompt", "512");
    }
}
