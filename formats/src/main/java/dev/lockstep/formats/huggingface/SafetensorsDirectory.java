package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import dev.lockstep.formats.MetadataMap;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A directory that Hugging Face's libraries saved: {@code config.json}, weights in safetensors, and what is needed to read and write text.
 *
 * <p>Everything that the files claim has been checked when {@link #open} returns.
 */
public final class SafetensorsDirectory implements ModelFile {
    private static final String CONFIG = "config.json";

    private final Path path;
    private final List<Path> files;
    private final Metadata metadata;
    private final SequencedMap<String, Tensor> tensors;
    private final Arena arena;

    private SafetensorsDirectory(
            Path path, List<Path> files, Metadata metadata, SequencedMap<String, Tensor> tensors, Arena arena) {
        this.path = path;
        this.files = files;
        this.metadata = metadata;
        this.tensors = Collections.unmodifiableSequencedMap(tensors);
        this.arena = arena;
    }

    /**
     * Opens a directory.
     *
     * @throws FormatException if a file is missing, cannot be read or is not understood
     */
    public static SafetensorsDirectory open(Path path) {
        if (!Files.exists(path.resolve(CONFIG))) {
            throw new FormatException(path + ": is a directory without " + CONFIG
                    + "; give a .gguf file, or a directory with config.json and model.safetensors");
        }
        Arena arena = Arena.ofShared();
        try {
            return open(path, JsonFile.read(path.resolve(CONFIG)), arena);
        } catch (Throwable failure) {
            arena.close();
            throw failure;
        }
    }

    private static SafetensorsDirectory open(Path path, JsonFile whole, Arena arena) {
        JsonFile config = LanguageModel.config(whole);
        Family family = Families.of(config);
        MetadataMap metadata = new MetadataMap(path.toString());
        metadata.put("general.architecture", family.architecture());
        Optional.ofNullable(path.toAbsolutePath().normalize().getFileName())
                .ifPresent(name -> metadata.put("general.name", name.toString()));
        Keys keys = new Keys(family.architecture(), config, metadata);
        Settings.common(keys, family);
        Weights weights = new Weights(config, family, arena);
        RopeSettings.of(config).apply(keys, family, weights.ropeFactors());
        family.settings().forEach(setting -> setting.apply(keys));

        Shards shards = Shards.read(path, arena);
        weights.take(shards.tensors().values());
        Tensor embedding = weights.tensors().get("token_embd.weight");
        if (embedding == null) {
            throw new FormatException(path + ": holds no token embedding; download the whole model");
        }
        Vocabulary.read(path, config, embedding.rows(), metadata);
        List<Path> files = new ArrayList<>(shards.files());
        files.addFirst(path.resolve(CONFIG));
        return new SafetensorsDirectory(path, List.copyOf(files), metadata, weights.tensors(), arena);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<Path> files() {
        return files;
    }

    @Override
    public String format() {
        return "safetensors";
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        arena.close();
    }
}
