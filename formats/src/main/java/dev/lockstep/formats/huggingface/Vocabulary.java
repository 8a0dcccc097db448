package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MetadataMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** What a directory says about text: the tokenizer, the tokens around a text and an answer, and the chat template. */
final class Vocabulary {
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;
    private static final int MOST_TOKENS = 1 << 22;
    private static final String DAMAGED = "download the model again";

    private final JsonFile tokenizer;
    private final JsonFile model;
    private final String[] tokens;
    private final long[] types;

    private Vocabulary(JsonFile tokenizer, JsonFile model, int size) {
        this.tokenizer = tokenizer;
        this.model = model;
        this.tokens = new String[size];
        this.types = new long[size];
    }

    /**
     * Writes the keys of the tokenizer; a directory without one is left to programs that need no text.
     *
     * @param rows of the token embedding, which may have more than there are tokens
     */
    static void read(Path directory, JsonFile config, long rows, MetadataMap metadata) {
        Optional<JsonFile> file = JsonFile.readIfThere(directory.resolve("tokenizer.json"));
        if (file.isEmpty()) {
            return;
        }
        JsonFile model =
                file.get().object("model").orElseThrow(() -> file.get().failure("model", "is missing", DAMAGED));
        if (rows > MOST_TOKENS) {
            throw file.get().failure("model", "would have " + rows + " tokens", DAMAGED);
        }
        Vocabulary vocabulary = new Vocabulary(file.get(), model, (int) rows);
        vocabulary.readTokens();
        vocabulary.write(metadata);
        JsonFile settings =
                JsonFile.readIfThere(directory.resolve("tokenizer_config.json")).orElse(config);
        vocabulary.writeSpecialTokens(settings, config, directory, metadata);
        template(directory, settings).ifPresent(text -> metadata.put("tokenizer.chat_template", text));
    }

    private void readTokens() {
        String type = model.string("type").orElse("BPE");
        if (!type.equals("BPE")) {
            throw model.failure("type", "is \"" + type + "\", only BPE is supported", "use a GGUF file of the model");
        }
        for (Map.Entry<String, JsonNode> entry : model.get("vocab").properties()) {
            put(entry.getKey(), entry.getValue(), NORMAL);
        }
        for (JsonNode added : tokenizer.get("added_tokens")) {
            boolean special = added.path("special").asBoolean(false);
            put(added.path("content").asString(""), added.path("id"), special ? CONTROL : USER_DEFINED);
        }
        String unknown = model.string("unk_token").orElse(null);
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id] == null) {
                tokens[id] = "[PAD" + id + "]";
                types[id] = UNUSED;
            } else if (tokens[id].equals(unknown)) {
                types[id] = UNKNOWN;
            } else if (isMarked() && tokens[id].matches("<0x[0-9A-F]{2}>")) {
                types[id] = BYTE;
            }
        }
    }

    private void put(String token, JsonNode id, int type) {
        if (!id.isInt() || id.intValue() < 0 || id.intValue() >= tokens.length) {
            throw model.failure(
                    "vocab",
                    "gives the token \"%s\" the number %s, the token embedding has %d rows"
                            .formatted(token, id, tokens.length),
                    DAMAGED);
        }
        tokens[id.intValue()] = token;
        types[id.intValue()] = type;
    }

    /** Whether characters are joined and spaces are marked, as SentencePiece does, and not bytes. */
    private boolean isMarked() {
        return model.flag("byte_fallback", false);
    }

    private void write(MetadataMap metadata) {
        metadata.put("tokenizer.ggml.tokens", Arrays.asList(tokens));
        if (isMarked()) {
            metadata.put("tokenizer.ggml.model", "llama");
            metadata.put("tokenizer.ggml.scores", Merges.scores(model, tokens, types, NORMAL, UNUSED));
            metadata.put("tokenizer.ggml.add_space_prefix", PreTokenizer.marksTheBeginning(tokenizer));
            metadata.put("tokenizer.lockstep.space_prefix_first_only", PreTokenizer.marksOnlyTheFirst(tokenizer));
        } else {
            metadata.put("tokenizer.ggml.model", "gpt2");
            metadata.put("tokenizer.ggml.pre", PreTokenizer.name(tokenizer, model.flag("ignore_merges", false)));
            metadata.put("tokenizer.ggml.merges", Merges.lines(model));
            metadata.put("tokenizer.lockstep.compose", PreTokenizer.composes(tokenizer));
        }
        metadata.put("tokenizer.ggml.token_type", types);
        metadata.put(
                "tokenizer.lockstep.drop_space_after",
                StreamSupport.stream(tokenizer.get("added_tokens").spliterator(), false)
                        .filter(added -> added.path("rstrip").asBoolean(false))
                        .mapToLong(added -> added.path("id").longValue())
                        .toArray());
    }

    private void writeSpecialTokens(JsonFile settings, JsonFile config, Path directory, MetadataMap metadata) {
        OptionalInt bos = special(settings, "bos_token", config, "bos_token_id");
        OptionalInt eos = special(settings, "eos_token", config, "eos_token_id");
        bos.ifPresent(id -> metadata.put("tokenizer.ggml.bos_token_id", id));
        eos.ifPresent(id -> metadata.put("tokenizer.ggml.eos_token_id", id));
        special(settings, "unk_token", config, "unk_token_id")
                .ifPresent(id -> metadata.put("tokenizer.ggml.unknown_token_id", id));
        // Generation ends at each of several tokens; the first that the tokenizer does not name ends a turn.
        JsonFile.readIfThere(directory.resolve("generation_config.json"))
                .ifPresent(generation -> generation.get("eos_token_id").forEach(id -> {
                    if (id.isInt()
                            && id.intValue() != eos.orElse(-1)
                            && id.intValue() >= 0
                            && id.intValue() < tokens.length
                            && !metadata.keys().contains("tokenizer.ggml.eot_token_id")) {
                        metadata.put("tokenizer.ggml.eot_token_id", id.intValue());
                    }
                }));
        PostProcessor around = PostProcessor.of(tokenizer);
        metadata.put(
                "tokenizer.ggml.add_bos_token",
                bos.isPresent()
                        && (around.opens(tokens[bos.getAsInt()])
                                || around.isSilent() && settings.flag("add_bos_token", false)));
        metadata.put(
                "tokenizer.ggml.add_eos_token",
                eos.isPresent()
                        && (around.closes(tokens[eos.getAsInt()])
                                || around.isSilent() && settings.flag("add_eos_token", false)));
    }

    /** A token by its text in the tokenizer's settings, or by its number in the model's. */
    private OptionalInt special(JsonFile settings, String name, JsonFile config, String number) {
        JsonNode token = settings.get(name);
        String text = token.isObject() ? token.path("content").asString("") : token.asString("");
        for (int id = 0; !text.isEmpty() && id < tokens.length; id++) {
            if (tokens[id].equals(text)) {
                return OptionalInt.of(id);
            }
        }
        JsonNode id = config.get(number).isArray() ? config.get(number).path(0) : config.get(number);
        boolean known = token.isMissingNode() && id.isInt() && id.intValue() >= 0 && id.intValue() < tokens.length;
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
