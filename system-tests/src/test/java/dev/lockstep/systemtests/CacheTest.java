package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept for quick starts, by processes that come together, are killed, or find something damaged. */
class CacheTest {
    private static final String[] ANSWER = {"run", "-m", "demo", "-p", "Hello", "-n", "8"};

    @TempDir
    private Path cache;

    @Test
    void startsShouldShareRebuildAndCleanUp() throws IOException {
        Process first = LockstepCommand.startWithCache(cache, ANSWER);
        Process second = LockstepCommand.startWithCache(cache, ANSWER);
        String text = result(first).out();
        assertThat(result(second).out()).isEqualTo(text).isNotEmpty();
        assumeThat(entries())
                .as("where there is no native code there is nothing to keep")
                .isNotEmpty();
        assertThat(entries()).as("code and weights, once").hasSize(2);

        for (Path entry : entries()) {
            byte[] bytes = Files.readAllBytes(entry);
            bytes[bytes.length - 100] ^= 1;
            Files.write(entry, bytes);
        }
        var damaged = cache("--verify");
        assertThat(damaged.status()).as(damaged.out()).isEqualTo(1);
        assertThat(damaged.out()).contains("DAMAGED");
        var rebuilding = result(LockstepCommand.startWithCache(cache, ANSWER));
        assertThat(rebuilding.status()).as(rebuilding.err()).isZero();
        assertThat(rebuilding.out()).isEqualTo(text);
        assertThat(rebuilding.err()).contains("damaged").contains("made again");
        assertThat(cache("--verify").status()).isZero();

        Path left =
                Files.write(programs().resolve("0123.weights.part"), new byte[5000]); // as by a process that was killed
        assertThat(cache().out()).contains("unfinished");
        assertThat(cache("--prune", "1G").out()).doesNotContain("unfinished");
        assertThat(left).doesNotExist();
        assertThat(entries()).hasSize(2);
        assertThat(cache("--clear").status()).isZero();
        assertThat(entries()).isEmpty();
    }

    @Test
    void shouldRunNativeCodeWhereNothingCanBeKept() throws IOException {
        String[] bench = {"bench", "-m", TinyModel.write(cache).toString(), "-p", "4", "-n", "4", "-r", "1", "--json"};
        Path file = Files.createFile(cache.resolve("file"));
        var kept = result(LockstepCommand.startWithCache(cache.resolve("kept"), bench));
        var unkept = result(LockstepCommand.startWithCache(file, bench));
        assertThat(unkept.json().get("engine")).isEqualTo(kept.json().get("engine"));
        assertThat(unkept.err()).contains("the program cache in " + file);
    }

    private Path programs() {
        return cache.resolve("programs");
    }

    private List<Path> entries() throws IOException {
        if (!Files.exists(programs())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(programs())) {
            return files.filter(file -> file.toString().matches(".*\\.(weights|code)"))
                    .toList();
        }
    }

    private LockstepCommand.Result cache(String... options) throws IOException {
        String[] line = Stream.concat(Stream.of("cache"), Stream.of(options)).toArray(String[]::new);
        return result(LockstepCommand.startWithCache(cache, line));
    }

    private static LockstepCommand.Result result(Process process) throws IOException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new LockstepCommand.Result(LockstepCommand.statusOf(process), out, err);
    }
}
