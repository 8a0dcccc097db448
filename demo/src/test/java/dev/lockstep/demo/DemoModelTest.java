package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelTest {
    private static final long MOST_BYTES = 8 << 20;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldBeTheModelThatItsIdentityNames() throws IOException, NoSuchAlgorithmException {
        byte[] model = content();
        assertThat(DemoModel.identity().size()).isEqualTo(model.length).isLessThan(MOST_BYTES);
        assertThat(DemoModel.identity().digest())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(model)));
    }

    @Test
    void shouldBeWrittenOnceAndFoundAgain() throws IOException {
        var file = DemoModel.install(directory.resolve("not/there/yet"));
        assertThat(file).hasBinaryContent(content());
        var written = Files.getLastModifiedTime(file);
        assertThat(DemoModel.install(directory.resolve("not/there/yet"))).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void shouldReplaceWhatWasCutOff() throws IOException {
        var file = DemoModel.install(directory);
        Files.write(file, new byte[] {'G', 'G', 'U', 'F'});
        assertThat(DemoModel.install(directory)).isEqualTo(file).hasBinaryContent(content());
    }

    @Test
    void shouldSayWhereItCannotBeWritten() throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> DemoModel.install(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("demo model")
                .hasMessageContaining(file.toString());
    }

    private static byte[] content() throws IOException {
        try (var content = DemoModel.open("demo.gguf")) {
            return content.readAllBytes();
        }
    }
}
