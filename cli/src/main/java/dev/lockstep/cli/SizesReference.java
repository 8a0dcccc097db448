package dev.lockstep.cli;

import dev.lockstep.cli.models.ModelDirectory;
import dev.lockstep.compiler.model.ConfigReader;
import dev.lockstep.compiler.model.GgufSizes;
import dev.lockstep.compiler.model.ModelPresets;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.demo.DemoModel;
import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.architecture.ModelDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A model of which only the sizes matter: a preset, a GGUF file, or a config.json. */
final class SizesReference {
    private static final String SHAPE = "shape:";
    private static final String CONFIG = "config.json";

    private SizesReference() {}

    /** @throws UsageException if the text names none of them */
    static ModelSizes read(String text) {
        if (text.startsWith(SHAPE)) {
            return UsageException.refusing(() -> ModelPresets.named(text.substring(SHAPE.length())));
        }
        Path path = path(text);
        if (Files.isDirectory(path)) {
            path = path.resolve(CONFIG);
        }
        if (!Files.isRegularFile(path)) {
            path = named(text);
        }
        if (path.toString().endsWith(".json")) {
            try {
                return ConfigReader.read(path.toString(), Files.readAllBytes(path));
            } catch (IOException failure) {
                throw new UncheckedIOException(new IOException(path + ": cannot be read; check it", failure));
            }
        }
        try (var gguf = ModelFiles.open(path)) {
            return GgufSizes.of(ModelDescription.of(gguf.metadata(), gguf.tensors()));
        }
    }

    private static Path named(String text) {
        if (text.equals(DemoModel.NAME)) {
            return ModelReference.demo().file();
        }
        return ModelDirectory.ofUser()
                .find(text)
                .orElseThrow(
                        () -> new UsageException(
                                text
                                        + ": there is no such file; give shape:NAME, a .gguf file, a config.json, or a name of lockstep models"))
                .file();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException wrong) {
            throw new UsageException(ControlCharacters.escape(text) + ": is not a path; check it", wrong);
        }
    }
}
