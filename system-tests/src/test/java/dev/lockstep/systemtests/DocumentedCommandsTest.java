package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.demo.DemoModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what the documentation tells people to type, block by block, in a directory with {@code ./lockstep}, {@code model.gguf} (the
 * demo model) and some texts.
 */
class DocumentedCommandsTest {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private static Path shared = Path.of("");

    @TestFactory
    Stream<DynamicTest> everyBlockOfCommandsRuns() throws IOException {
        return blocks().stream().map(block -> DynamicTest.dynamicTest(block.place(), () -> run(block)));
    }

    @Test
    void shouldFindTheFirstCommandsOfTheReadme() throws IOException {
        assertThat(blocks()).anySatisfy(block -> {
            assertThat(block.place()).startsWith("README.md:");
            assertThat(block.script()).contains("./lockstep chat");
            assertThat(block.exemption()).isEmpty();
        });
    }

    private static List<ShellBlock> blocks() throws IOException {
        var root = LockstepCommand.ROOT;
        try (var docs = Files.walk(root.resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md").map(root::resolve), docs.sorted())
                    .filter(page -> page.toString().endsWith(".md"))
                    .flatMap(page -> ShellBlock.of(page, root.relativize(page).toString()).stream())
                    .toList();
        }
    }

    private static void run(ShellBlock block) throws IOException, InterruptedException {
        assumeTrue(
                block.exemption().isEmpty(),
                () -> "not run: " + block.exemption().orElseThrow());
        assumeTrue(!block.script().isBlank(), "not run: only commands of the build, which runs this test");
        var directory = Files.createTempDirectory(shared, "block");
        var command = Files.writeString(
                directory.resolve("lockstep"),
                "#!/bin/sh\nexec '" + LockstepCommand.ROOT.resolve("lockstep") + "' \"$@\"\n");
        assertThat(command.toFile().setExecutable(true)).isTrue();
        Files.createLink(directory.resolve("model.gguf"), DemoModel.install(shared));
        Files.writeString(directory.resolve("prompt.txt"), "Once upon a time");
        Files.writeString(directory.resolve("text.txt"), "Once upon a time, there was a little fox named Pip.");
        var said = directory.resolve("output");
        var builder = new ProcessBuilder("bash", "-e", "-c", block.script())
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("LOCKSTEP_APP", LockstepCommand.APP.toString());
        builder.environment().put("LOCKSTEP_CACHE", shared.resolve("cache").toString());
        builder.environment().remove("LOCKSTEP_DEBUG");
        var process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("ends within %d s: %s", PATIENCE_SECONDS, block.script())
                    .isTrue();
            assertThat(process.exitValue())
                    .as("%s%n%s", block.script(), Files.readString(said))
                    .isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
