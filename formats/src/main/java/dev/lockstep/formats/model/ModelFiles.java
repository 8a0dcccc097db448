package dev.lockstep.formats.model;

import dev.lockstep.formats.GgufFile;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.huggingface.SafetensorsDirectory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a model of any format that is understood. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * Opens a GGUF file, or a directory with {@code config.json} and safetensors.
     *
     * @throws dev.lockstep.formats.FormatException if a file cannot be read or is not understood
     */
    public static ModelFile open(Path path) {
        return Files.isDirectory(path) ? SafetensorsDirectory.open(path) : GgufFile.open(path);
    }
}
