package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.MetadataMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A {@code tokenizer.json}: pairs that are joined, of bytes or of characters, or pieces with probabilities. */
final class TokenizerJson implements TokenFile {
    private static final String DAMAGED = "download the model again";

    /** Kinds of vocabularies. */
    private enum Kind {
        /** Pairs of bytes. */
        BYTE_PAIRS,
        /** Pairs of characters, where spaces are marked, as SentencePiece does. */
        PAIRS,
        /** Pieces with probabilities. */
        UNIGRAM
    }

    private final JsonFile file;
    private final JsonFile model;
    private final Kind kind;

    private TokenizerJson(JsonFile file, JsonFile model, Kind kind) {
        this.file = file;
        this.model = model;
        this.kind = kind;
    }

    static TokenizerJson of(JsonFile file) {
        JsonFile model = file.object("model").orElseThrow(() -> file.failure("model", "is missing", DAMAGED));
        String type = model.string("type").orElse("BPE");
        Kind kind = switch (type) {
            case "BPE" -> model.flag("byte_fallback", false) ? Kind.PAIRS : Kind.BYTE_PAIRS;
            case "Unigram" -> Kind.UNIGRAM;
            default ->
                throw model.failure(
                        "type",
                        "is \"" + type + "\", only BPE and Unigram are supported",
                        "use a GGUF file of the model");
        };
        return new TokenizerJson(file, model, kind);
    }

    @Override
    public void readInto(TokenTable tokens) {
        if (kind == Kind.UNIGRAM) {
            int id = 0;
            for (JsonNode piece : model.get("vocab")) {
                put(tokens, piece.path(0).asString(""), id++, TokenTable.NORMAL);
            }
            model.integer("unk_id").ifPresent(unknown -> {
                if (tokens.has(unknown)) {
                    tokens.retype((int) unknown, TokenTable.UNKNOWN);
                }
            });
        } else {
            for (Map.Entry<String, JsonNode> entry : model.get("vocab").properties()) {
                put(tokens, entry.getKey(), number(entry.getValue()), TokenTable.NORMAL);
            }
        }
        for (JsonNode added : file.get("added_tokens")) {
            boolean special = added.path("special").asBoolean(false);
            put(
                    tokens,
                    added.path("content").asString(""),
                    number(added.path("id")),
                    special ? TokenTable.CONTROL : TokenTable.USER_DEFINED);
        }
        model.string("unk_token")
                .ifPresent(unknown -> tokens.find(unknown).ifPresent(id -> tokens.retype(id, TokenTable.UNKNOWN)));
        for (int id = 0; id < tokens.size() && kind != Kind.BYTE_PAIRS; id++) {
            if (tokens.text(id).matches("<0x[0-9A-F]{2}>")) {
                tokens.retype(id, TokenTable.BYTE);
            }
        }
    }

    private static long number(JsonNode id) {
        return id.isInt() ? id.intValue() : -1;
    }

    private void put(TokenTable tokens, String text, long id, int type) {
        if (!tokens.has(id)) {
            throw model.failure(
                    "vocab",
                    "gives the token \"%s\" the number %d, the token embedding has %d rows"
                            .formatted(text, id, tokens.size()),
                    DAMAGED);
        }
        tokens.put((int) id, text, type);
    }

    @Override
    public void write(TokenTable tokens, MetadataMap metadata) {
        switch (kind) {
            case BYTE_PAIRS -> {
                metadata.put("tokenizer.ggml.model", "gpt2");
                metadata.put("tokenizer.ggml.pre", PreTokenizer.name(file, model.flag("ignore_merges", false)));
                metadata.put("tokenizer.ggml.merges", Merges.lines(model));
                metadata.put("tokenizer.lockstep.compose", PreTokenizer.composes(file));
            }
            case PAIRS -> {
                metadata.put("tokenizer.ggml.model", "llama");
                metadata.put("tokenizer.ggml.scores", Merges.scores(model, tokens));
                writePrefix(metadata);
            }
            case UNIGRAM -> {
                PreTokenizer.requireMarksOnly(file);
                metadata.put("tokenizer.ggml.model", "t5");
                metadata.put("tokenizer.ggml.scores", scores(tokens.size()));
                writePrefix(metadata);
            }
        }
        metadata.put(
                "tokenizer.lockstep.drop_space_after",
                StreamSupport.stream(file.get("added_tokens").spliterator(), false)
                        .filter(added -> added.path("rstrip").asBoolean(false))
                        .mapToLong(added -> added.path("id").longValue())
                        .toArray());
    }

    private void writePrefix(MetadataMap metadata) {
        metadata.put("tokenizer.ggml.add_space_prefix", PreTokenizer.marksTheBeginning(file));
        metadata.put("tokenizer.lockstep.space_prefix_first_only", PreTokenizer.marksOnlyTheFirst(file));
        metadata.put("tokenizer.lockstep.space_prefix_unless_there", PreTokenizer.marksUnlessMarked(file));
    }

    private float[] scores(int size) {
        float[] scores = new float[size];
        int id = 0;
        for (JsonNode piece : model.get("vocab")) {
            scores[id++] = (float) piece.path(1).asDouble(0);
        }
        return scores;
    }

    @Override
    public PostProcessor around() {
        return PostProcessor.of(file);
    }

    @Override
    public boolean opens() {
        return false;
    }
}
