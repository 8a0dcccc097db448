package dev.lockstep.host.llvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.host.cpu.Architecture;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a small jar in the shape of the real one. */
class BundledLlvmTest {
    @TempDir
    Path directory;

    private final byte[] library = new byte[1_000_000];

    BundledLlvmTest() {
        new Random(1).nextBytes(library);
    }

    private Path jar() throws IOException {
        String platform = Architecture.host().orElseThrow() == Architecture.X86_64 ? "linux-x86_64" : "linux-arm64";
        Path jar = directory.resolve("llvm.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("META-INF/maven/org.bytedeco/llvm/pom.properties"));
            zip.write("version=20.1\n".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("org/bytedeco/llvm/" + platform + "/libLLVM.so"));
            zip.write(library);
        }
        return jar;
    }

    private Path unpack(Path jar, UnpackProgress progress) throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            return BundledLlvm.unpack(loader, directory.resolve("cache"), progress)
                    .orElseThrow();
        }
    }

    @Test
    void shouldUnpackOnceAndTellItsProgress() throws IOException {
        Path jar = jar();
        List<Long> progress = new ArrayList<>();
        Path unpacked = unpack(jar, (bytes, total) -> {
            assertThat(total).isEqualTo(library.length);
            progress.add(bytes);
        });
        assertThat(unpacked).hasBinaryContent(library).isEqualTo(directory.resolve("cache/llvm-20.1/libLLVM.so"));
        assertThat(progress).isSorted().endsWith((long) library.length);

        assertThat(unpack(jar, (_, _) -> assertThat(false).as("unpacked again").isTrue()))
                .isEqualTo(unpacked);
        assertThat(unpacked.getParent()).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void shouldUnpackAgainWhenTheFileIsIncomplete() throws IOException {
        Path jar = jar();
        Path unpacked = unpack(jar, (_, _) -> {});
        Files.write(unpacked, new byte[10]);
        Files.write(unpacked.resolveSibling("libLLVM.so.part"), new byte[2_000_000]);
        assertThat(unpack(jar, (_, _) -> {})).hasBinaryContent(library);
    }

    @Test
    void shouldUnpackAgainWhenABitOfTheFileHasFlipped() throws IOException {
        Path jar = jar();
        Path unpacked = unpack(jar, (_, _) -> {});
        byte[] bytes = library.clone();
        bytes[777_777] ^= 4;
        Files.write(unpacked, bytes);
        assertThat(unpack(jar, (_, _) -> {})).hasBinaryContent(library);
    }

    @Test
    void shouldNotAcceptADamagedJar() throws IOException {
        Path jar = jar();
        byte[] bytes = Files.readAllBytes(jar);
        bytes[bytes.length / 2] ^= 1;
        Files.write(jar, bytes);
        assertThatThrownBy(() -> unpack(jar, (_, _) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
        assertThat(directory.resolve("cache/llvm-20.1")).isEmptyDirectory();
    }

    @Test
    void shouldFindNothingOnAClassPathWithoutTheJar() throws IOException {
        try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
            assertThat(BundledLlvm.unpack(empty, directory, (_, _) -> {})).isEmpty();
        }
    }
}
