package dev.lockstep.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The embedded model as a file, for models are mapped into memory and a resource cannot be.
 *
 * {@snippet lang=java :
 * try (var service = InferenceService.open(DemoModel.install(Path.of("models")))) {
 *     service.generate("Once upon a time", text -> System.out.print(text));
 * }
 * }
 */
public final class DemoModel {
    /** What the model is called on the command line. */
    public static final String NAME = "demo";

    private static final String CONTENT = "demo.gguf";

    /** As written by sha256sum, with the size in bytes in front. */
    private static final String IDENTITY = "demo.identity";

    private static final int DIGITS_OF_NAME = 12;

    private DemoModel() {}

    /**
     * Puts the model into a directory, unless it is there already.
     *
     * @return {@code demo.gguf} in a directory of its own, whose name tells this version of the model from others
     * @throws UncheckedIOException if it cannot be written
     */
    public static Path install(Path directory) {
        try {
            var identity = identity();
            var file = directory
                    .resolve(NAME + "-" + identity.digest.substring(0, DIGITS_OF_NAME))
                    .resolve(CONTENT);
            if (!Files.exists(file) || Files.size(file) != identity.size) {
                write(file);
            }
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException("the demo model cannot be written into " + directory, failure);
        }
    }

    /** Several processes may do this at once: each renames a file of its own. */
    private static void write(Path file) throws IOException {
        var directory = Files.createDirectories(file.toAbsolutePath().getParent());
        var unfinished = Files.createTempFile(directory, NAME, ".part");
        try (var content = open(CONTENT)) {
            Files.copy(content, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** What tells one version of the model from another. */
    record Identity(long size, String digest) {}

    static Identity identity() throws IOException {
        try (var text = open(IDENTITY)) {
            var words = new String(text.readAllBytes(), StandardCharsets.US_ASCII).split("\\s+");
            return new Identity(Long.parseLong(words[0]), words[1]);
        }
    }

    static InputStream open(String resource) throws IOException {
        var stream = DemoModel.class.getResourceAsStream(resource);
        if (stream == null) {
            throw new FileNotFoundException(resource + " is not in the package");
        }
        return stream;
    }
}
