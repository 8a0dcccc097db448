package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others wrote for Node.js, in {@code src/test/clients}, against the packaged server. */
class NpmClientsTest {
    private static final Path SOURCES = LockstepCommand.ROOT.resolve("system-tests/src/test/clients");
    private static final Path WORK = LockstepCommand.ROOT.resolve("system-tests/target/clients");
    private static final Path RECEIPTS = WORK.resolve("receipts");
    private static final String KEY = "a-key-for-tests";

    @Test
    void shouldServeTheClientsOfOpenAiAndLangChainAndOllama(@TempDir Path output) throws Exception {
        assumeThat(isInstalled("node") && isInstalled("npm"))
                .as("Node.js and npm are not installed")
                .isTrue();
        copySources();
        int installed = run(output.resolve("install"), "", "npm", "ci", "--no-fund", "--no-audit", "--loglevel=error");
        assumeThat(installed)
                .as("the packages cannot be installed: " + Files.readString(output.resolve("install")))
                .isZero();
        try (var server = ServerProcess.start("demo", "--api-key", KEY)) {
            int status = run(output.resolve("tests"), server.url(), "node", "--test");
            assertThat(status).as(Files.readString(output.resolve("tests"))).isZero();
        }
        for (String receipt : List.of("call", "answer", "stream")) {
            var checked = LockstepCommand.run(
                    "verify", "-m", "demo", RECEIPTS.resolve(receipt + ".json").toString());
            assertThat(checked.out()).as(receipt + ": " + checked.err()).isEqualTo("identical\n");
        }
    }

    private static void copySources() throws IOException {
        Files.createDirectories(RECEIPTS);
        try (var files = Files.newDirectoryStream(SOURCES, "*.{js,json}")) {
            for (Path file : files) {
                Files.copy(file, WORK.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static int run(Path output, String url, String... command) throws Exception {
        var builder = new ProcessBuilder(command)
                .directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("LOCKSTEP_URL", url);
        builder.environment().put("LOCKSTEP_KEY", KEY);
        builder.environment().put("LOCKSTEP_RECEIPTS", RECEIPTS.toString());
        var process = builder.start();
        try {
            assertThat(process.waitFor(180, TimeUnit.SECONDS))
                    .as(List.of(command) + " ends: " + Files.readString(output))
                    .isTrue();
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }
}
