package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldReplaceAFileWhenTheNewOneIsComplete() throws IOException {
        var file = Files.writeString(directory.resolve("page.md"), "old");
        new OutputFile(file).write(output -> {
            output.write("new".getBytes(StandardCharsets.US_ASCII));
            assertThat(file).hasContent("old");
        });
        assertThat(file).hasContent("new");
        assertThat(directory)
                .isDirectoryContaining(file::equals)
                .isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void shouldLeaveEverythingAsItWasAfterAFailure() throws IOException {
        var file = Files.writeString(directory.resolve("page.md"), "old");
        assertThatThrownBy(() -> new OutputFile(file).write(output -> {
                    output.write(1);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("page.md: cannot be written (No space left on device); check");
        assertThat(file).hasContent("old");
        assertThat(directory).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void shouldWriteThroughALinkAndLeaveItThere() throws IOException {
        var file = Files.writeString(directory.resolve("page.md"), "old");
        var link = Files.createSymbolicLink(directory.resolve("link"), file);
        new OutputFile(link).write("new");
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void shouldWriteIntoAPipeAndLeaveItThere() throws Exception {
        var pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        new OutputFile(pipe).write("for the reader");
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("for the reader");
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    @Test
    void shouldRefuseBeforeAnythingIsComputed() {
        assertThatThrownBy(() -> new OutputFile(directory))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is a directory");
        assertThatThrownBy(() -> new OutputFile(directory.resolve("missing/page.md")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there is no directory");
    }
}
