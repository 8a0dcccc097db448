package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MetadataMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** What a directory says about text: the tokenizer, the tokens around a text and an answer, and the chat template. */
final class Vocabulary {
    private static final String DAMAGED = "download the model again";

    private final TokenTable tokens;
    private final JsonFile settings;
    private final JsonFile config;

    private Vocabulary(TokenTable tokens, JsonFile settings, JsonFile config) {
        this.tokens = tokens;
        this.settings = settings;
        this.config = config;
    }

    /**
     * Writes the keys of the tokenizer; a directory without one is left to programs that need no text.
     *
     * @param rows of the token embedding, which may have more than there are tokens
     */
    static void read(Path directory, JsonFile config, long rows, MetadataMap metadata) {
        JsonFile settings =
                JsonFile.readIfThere(directory.resolve("tokenizer_config.json")).orElse(config);
        TokenFile file = TokenFile.in(directory, settings).orElse(null);
        if (file == null) {
            return;
        }
        if (rows > TokenTable.MOST) {
            throw new FormatException(directory + ": would have " + rows + " tokens; " + DAMAGED);
        }
        TokenTable tokens = new TokenTable((int) rows);
        file.readInto(tokens);
        file.write(tokens, metadata);
        metadata.put("tokenizer.ggml.tokens", tokens.texts());
        metadata.put("tokenizer.ggml.token_type", tokens.types());
        new Vocabulary(tokens, settings, config).writeSpecialTokens(file, directory, metadata);
        template(directory, settings).ifPresent(text -> metadata.put("tokenizer.chat_template", text));
    }

    private void writeSpecialTokens(TokenFile file, Path directory, MetadataMap metadata) {
        OptionalInt bos = special("bos_token", "bos_token_id");
        OptionalInt eos = special("eos_token", "eos_token_id");
        bos.ifPresent(id -> metadata.put("tokenizer.ggml.bos_token_id", id));
        eos.ifPresent(id -> metadata.put("tokenizer.ggml.eos_token_id", id));
        special("unk_token", "unk_token_id").ifPresent(id -> metadata.put("tokenizer.ggml.unknown_token_id", id));
        // Generation ends at each of several tokens; the first that the tokenizer does not name ends a turn.
        JsonFile.readIfThere(directory.resolve("generation_config.json"))
                .ifPresent(generation -> generation.get("eos_token_id").forEach(id -> {
                    if (id.isInt()
                            && id.intValue() != eos.orElse(-1)
                            && tokens.has(id.intValue())
                            && !metadata.keys().contains("tokenizer.ggml.eot_token_id")) {
                        metadata.put("tokenizer.ggml.eot_token_id", id.intValue());
                    }
                }));
        PostProcessor around = file.around();
        metadata.put(
                "tokenizer.ggml.add_bos_token",
                bos.isPresent()
                        && (around.opens(tokens.text(bos.getAsInt()))
                                || around.isSilent() && settings.flag("add_bos_token", file.opens())));
        metadata.put(
                "tokenizer.ggml.add_eos_token",
                eos.isPresent()
                        && (around.closes(tokens.text(eos.getAsInt()))
                                || around.isSilent() && settings.flag("add_eos_token", false)));
    }

    /** A token by its text in the tokenizer's settings, or by its number in the model's. */
    private OptionalInt special(String name, String number) {
        JsonNode token = settings.get(name);
        String text = token.isObject() ? token.path("content").asString("") : token.asString("");
        OptionalInt named = tokens.find(text);
        if (named.isPresent()) {
            return named;
        }
        JsonNode id = config.get(number).isArray() ? config.get(number).path(0) : config.get(number);
        boolean known = token.isMissingNode() && id.isInt() && tokens.has(id.intValue());
        return known ? OptionalInt.of(id.intValue()) : OptionalInt.empty();
    }

    private static Optional<String> template(Path directory, JsonFile settings) {
        Path file = directory.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            try {
                return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
            } catch (IOException failure) {
                throw new FormatException(
                        file + ": cannot be read (" + failure.getMessage() + "); " + DAMAGED, failure);
            }
        }
        JsonNode templates = settings.get("chat_template");
        if (templates.isString()) {
            return Optional.of(templates.stringValue());
        }
        for (JsonNode named : templates) {
            if (named.path("name").asString("").equals("default")) {
                return Optional.of(named.path("template").asString(""));
            }
        }
        return Optional.empty();
    }
}
