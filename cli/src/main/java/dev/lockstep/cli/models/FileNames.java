package dev.lockstep.cli.models;

import java.util.Locale;
import java.util.regex.Pattern;

/** What the names of GGUF files say. */
final class FileNames {
    private static final String SUFFIX = ".gguf";

    /** The end of the name of a part, as llama.cpp's gguf-split writes it. */
    private static final Pattern PART = Pattern.compile("-\\d{5}-of-\\d{5}$");

    private FileNames() {}

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
