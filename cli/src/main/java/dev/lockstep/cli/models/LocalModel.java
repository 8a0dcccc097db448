package dev.lockstep.cli.models;

import java.nio.file.Path;
import java.util.List;

/**
 * A model in the models directory.
 *
 * @param name what {@code -m} takes: the name of its file without {@code .gguf} and without the number of a part
 * @param files its parts in order, one unless it is split
 * @param bytes of all parts
 */
public record LocalModel(String name, List<Path> files, long bytes) {
    /** What opens it. */
    public Path file() {
        return files.getFirst();
    }
}
