package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MetadataMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file of a directory that says how text is cut into tokens. */
interface TokenFile {
    /** {@code tokenizer.json}, or where that is missing {@code tokenizer.model}; nothing if there is neither. */
    static Optional<TokenFile> in(Path directory, JsonFile settings) {
        Optional<JsonFile> json = JsonFile.readIfThere(directory.resolve("tokenizer.json"));
        if (json.isPresent()) {
            return Optional.of(TokenizerJson.of(json.get()));
        }
        Path model = directory.resolve("tokenizer.model");
        return Files.exists(model)
                ? Optional.of(new SentencePieceFile(SentencePieceModel.read(model), settings, directory))
                : Optional.empty();
    }

    /** @throws FormatException if a token has a number that the table does not have */
    void readInto(TokenTable tokens);

    /** Writes what is needed beside the tokens. */
    void write(TokenTable tokens, MetadataMap metadata);

    /** What stands around a text. */
    PostProcessor around();

    /** Whether texts begin with the token for that where nothing is said. */
    boolean opens();
}
