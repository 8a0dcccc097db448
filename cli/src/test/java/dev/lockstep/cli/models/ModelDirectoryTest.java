package dev.lockstep.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
    @TempDir
    private Path path = Path.of("");

    @Test
    void shouldCallModelsByTheirFilesAndTakePartsTogether() throws IOException {
        write("Fox-7B-Q4_0.gguf", 3);
        write("deep/below/Owl-Q8_0-00002-of-00002.gguf", 5);
        write("deep/below/Owl-Q8_0-00001-of-00002.gguf", 7);
        write("notes.txt", 1);
        write("Bee-Q4_0.gguf.part", 1);
        var models = new ModelDirectory(path).models();
        assertThat(models).extracting(LocalModel::name).containsExactly("Fox-7B-Q4_0", "Owl-Q8_0");
        assertThat(models.getLast().bytes()).isEqualTo(12);
        assertThat(models.getLast().file()).hasFileName("Owl-Q8_0-00001-of-00002.gguf");
    }

    @Test
    void shouldTakeTheBeginningOfANameIfOnlyOneBeginsSo() throws IOException {
        write("fox.gguf", 1);
        write("fox-2.gguf", 1);
        write("foxglove.gguf", 1);
        var directory = new ModelDirectory(path);
        assertThat(directory.find("FOX")).get().extracting(LocalModel::name).isEqualTo("fox");
        assertThat(directory.find("foxg")).get().extracting(LocalModel::name).isEqualTo("foxglove");
        assertThat(directory.find("owl")).isEmpty();
        assertThatThrownBy(() -> directory.find("fo"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("fox, fox-2, foxglove");
    }

    @Test
    void shouldBeEmptyWhereThereIsNone() {
        assertThat(new ModelDirectory(path.resolve("none")).models()).isEmpty();
    }

    private void write(String name, int bytes) throws IOException {
        var file = path.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[bytes]);
    }
}
