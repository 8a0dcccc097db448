package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MetadataMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A {@code tokenizer.model} of SentencePiece, and the tokens that were added later, which stand in JSON files beside it. */
final class SentencePieceFile implements TokenFile {
    private static final float NEVER = -1e9f;

    private final SentencePieceModel model;
    private final JsonFile settings;
    private final JsonFile added;
    private final List<Long> dropSpaceAfter = new ArrayList<>();

    /** @param settings of the tokenizer */
    SentencePieceFile(SentencePieceModel model, JsonFile settings, Path directory) {
        this.model = model;
        this.settings = settings;
        this.added = JsonFile.readIfThere(directory.resolve("added_tokens.json"))
                .orElseGet(() -> JsonFile.parse("added_tokens.json", new byte[] {'{', '}'}));
    }

    @Override
    public void readInto(TokenTable tokens) {
        List<SentencePieceModel.Piece> pieces = model.pieces();
        for (int id = 0; id < pieces.size(); id++) {
            put(tokens, id, pieces.get(id).text(), pieces.get(id).type());
        }
        for (Map.Entry<String, JsonNode> entry : added.node().properties()) {
            add(tokens, entry.getValue().asLong(-1), entry.getKey(), TokenTable.USER_DEFINED);
        }
        for (Map.Entry<String, JsonNode> entry :
                settings.get("added_tokens_decoder").properties()) {
            JsonNode token = entry.getValue();
            boolean special = token.path("special").asBoolean(false);
            long id = entry.getKey().matches("\\d{1,9}") ? Long.parseLong(entry.getKey()) : -1;
            add(tokens, id, token.path("content").asString(""), special ? TokenTable.CONTROL : TokenTable.USER_DEFINED);
            if (token.path("rstrip").asBoolean(false)) {
                dropSpaceAfter.add(id);
            }
        }
    }

    /** Tokens of the model are named again, with the types that it gives them. */
    private void add(TokenTable tokens, long id, String text, int type) {
        boolean again = id >= 0
                && id < model.pieces().size()
                && model.pieces().get((int) id).text().equals(text);
        if (!again) {
            put(tokens, id, text, type);
        }
    }

    private void put(TokenTable tokens, long id, String text, int type) {
        if (!tokens.has(id)) {
            throw new FormatException(
                    "%s: gives the token \"%s\" the number %d, the token embedding has %d rows; download the model again"
                            .formatted(model.origin(), text, id, tokens.size()));
        }
        tokens.put((int) id, text, type);
    }

    @Override
    public void write(TokenTable tokens, MetadataMap metadata) {
        metadata.put("tokenizer.ggml.model", model.unigram() ? "t5" : "llama");
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = id < model.pieces().size() ? model.pieces().get(id).score() : NEVER;
        }
        metadata.put("tokenizer.ggml.scores", scores);
        metadata.put("tokenizer.ggml.add_space_prefix", model.addsPrefix());
        metadata.put("tokenizer.lockstep.space_prefix_first_only", !settings.flag("legacy", true));
        metadata.put(
                "tokenizer.lockstep.drop_space_after",
                dropSpaceAfter.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public PostProcessor around() {
        return PostProcessor.SILENT;
    }

    @Override
    public boolean opens() {
        return true;
    }
}
