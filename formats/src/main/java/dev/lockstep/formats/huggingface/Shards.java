package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The weights of a directory: one file, or several that an index names.
 *
 * @param files the files that were read
 */
record Shards(List<Path> files, SequencedMap<String, StoredTensor> tensors) {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Pattern FILE_NAME = Pattern.compile("[\\w.-]+\\.safetensors");

    static Shards read(Path directory, Arena arena) {
        List<Path> files = new ArrayList<>();
        if (Files.exists(directory.resolve(INDEX))) {
            for (String name : indexed(JsonFile.read(directory.resolve(INDEX)))) {
                files.add(directory.resolve(name));
            }
        } else if (Files.exists(directory.resolve(SINGLE))) {
            files.add(directory.resolve(SINGLE));
        } else {
            throw new FormatException(directory + ": holds neither " + SINGLE + " nor " + INDEX
                    + "; download the weights too, or give a GGUF file");
        }
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Path file : files) {
            for (StoredTensor tensor : SafetensorsFile.read(file, arena)) {
                if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
                    throw tensor.failure("is already in an earlier file", "download the files again");
                }
            }
        }
        return new Shards(List.copyOf(files), tensors);
    }

    /** Names of files in the directory itself; an index cannot lead out of it. */
    private static SequencedSet<String> indexed(JsonFile index) {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> entry : index.get("weight_map").properties()) {
            String name = entry.getValue().asString("");
            if (!FILE_NAME.matcher(name).matches()) {
                throw index.failure(
                        "weight_map",
                        "names \"" + name + "\" for " + entry.getKey() + ", which is no file beside it",
                        "download the model again");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw index.failure("weight_map", "names no files", "download the model again");
        }
        return names;
    }
}
