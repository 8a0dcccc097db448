package dev.lockstep.cli.models;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What the names of files say. */
final class FileNames {
    private static final String SUFFIX = ".gguf";

    /** The end of the name of a part, as llama.cpp's gguf-split writes it. */
    private static final Pattern PART = Pattern.compile("-\\d{5}-of-\\d{5}$");

    /** Tells what a directory with safetensors holds. */
    static final String CONFIG = "config.json";

    private static final Pattern WEIGHTS = Pattern.compile("model[\\w.-]*\\.safetensors");

    /** What a directory with safetensors needs beside weights. */
    private static final Set<String> AROUND_WEIGHTS = Set.of(
            CONFIG,
            "generation_config.json",
            "model.safetensors.index.json",
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "added_tokens.json",
            "chat_template.jinja");

    private FileNames() {}

    /** Whether files of these names are enough for a directory with safetensors. */
    static boolean makeDirectory(Collection<String> fileNames) {
        return fileNames.contains(CONFIG) && fileNames.stream().anyMatch(FileNames::isWeights);
    }

    private static boolean isWeights(String fileName) {
        return WEIGHTS.matcher(fileName).matches();
    }

    /** Whether a file of this name belongs to a directory with safetensors. */
    static boolean isOfDirectory(String fileName) {
        return isWeights(fileName) || AROUND_WEIGHTS.contains(fileName);
    }

    static boolean isModel(String fileName) {
        return fileName.toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    }

    /** The name of the model of which this is the file, or one of the files. */
    static String model(String fileName) {
        return PART.matcher(fileName.substring(0, fileName.length() - SUFFIX.length()))
                .replaceFirst("");
    }

    /** Whether a model's name says that its weights have this type: it is a word of the name, in any case. */
    static boolean hasType(String model, String type) {
        return Pattern.compile("(^|[-._])" + Pattern.quote(type) + "($|[-._])", Pattern.CASE_INSENSITIVE)
                .matcher(model)
                .find();
    }
}
