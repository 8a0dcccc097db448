package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much memory a process that generates has resident: the packed weights once, the cache of its text, and a fixed rest. */
class ResidentMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** Of the model below: 12 layers with keys and values of 768 elements in 2 bytes. */
    private static final long KV_OF_TOKEN = 12 * 2 * 768 * 2;

    private static final int TOKENS = 300;

    /** What the project promises beside weights and cache; a first start has 170 MB, a second one 110. */
    private static final long REST = 200_000_000;

    @TempDir
    private Path directory;

    @Test
    void firstAndSecondStartShouldHoldTheWeightsOnce() throws IOException {
        assumeThat(Files.isReadable(STATUS))
                .as("the system tells resident memory")
                .isTrue();
        Path model = randomModel();
        Path cache = directory.resolve("cache");
        for (String start : new String[] {"first", "second"}) {
            Process process = LockstepCommand.startWithCache(
                    cache, "run", "-m", model.toString(), "-p", "Hello", "-n", Integer.toString(TOKENS));
            try {
                assertThat(process.getInputStream().read())
                        .as("the first token")
                        .isNotNegative();
                long resident = residentBytes(process.pid());
                long weights = entryBytes(cache);
                assertThat(resident)
                        .as("most resident bytes of the %s start with %d bytes of packed weights", start, weights)
                        .isBetween(weights, weights + TOKENS * KV_OF_TOKEN + REST);
                assertThat(LockstepCommand.statusOf(process)).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static long residentBytes(long process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findAny()
                    .orElseThrow();
        }
    }

    /** Packed weights, named or about to be. */
    private static long entryBytes(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache.resolve("programs"))) {
            return files.filter(file -> file.getFileName().toString().contains(".weights"))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElseThrow();
        }
    }

    private Path randomModel() throws IOException {
        Path model = directory.resolve("110m.gguf");
        Process made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        LockstepCommand.APP.resolve("lib") + "/*",
                        LockstepCommand.ROOT.resolve("bench/RandomModel.java").toString(),
                        "stories-110m",
                        "Q4_0",
                        model.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("made").toFile())
                .start();
        assertThat(LockstepCommand.statusOf(made)).as(() -> "making the model").isZero();
        return model;
    }
}
