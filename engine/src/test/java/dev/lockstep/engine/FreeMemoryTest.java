package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
    @TempDir
    private Path proc = Path.of("");

    @TempDir
    private Path group = Path.of("");

    @Test
    void shouldTakeTheLeastOfWhatSystemAndGroupLeave() throws IOException {
        assertThat(FreeMemory.bytes(proc, group))
                .as("a system that does not tell")
                .isEmpty();
        Files.writeString(proc.resolve("meminfo"), "MemTotal:       8000 kB\nMemAvailable:   5000 kB\nBuffers: 1 kB\n");
        assertThat(FreeMemory.bytes(proc, group)).hasValue(5000 << 10);
        Files.writeString(group.resolve("memory.max"), "max\n");
        Files.writeString(group.resolve("memory.current"), "3000000\n");
        assertThat(FreeMemory.bytes(proc, group)).hasValue(5000 << 10);
        Files.writeString(group.resolve("memory.max"), "4000000\n");
        assertThat(FreeMemory.bytes(proc, group)).hasValue(1_000_000);
        Files.writeString(group.resolve("memory.stat"), "anon 5\ninactive_file 500000\n");
        assertThat(FreeMemory.bytes(proc, group)).hasValue(1_500_000);
        Files.writeString(group.resolve("memory.current"), "9000000\n");
        assertThat(FreeMemory.bytes(proc, group)).hasValue(0);
    }
}
