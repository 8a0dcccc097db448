package dev.lockstep.cli.models;

import java.nio.file.Path;
import java.util.List;

/**
 * A model in the models directory.
 *
 * @param name what {@code -m} takes: the name of its file without {@code .gguf} and without the number of a part, or that of its directory
 * @param file what opens it: its first GGUF file, or its directory
 * @param files all that belong to it, parts in order
 * @param bytes of all of them
 */
public record LocalModel(String name, Path file, List<Path> files, long bytes) {}
