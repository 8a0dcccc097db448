package dev.lockstep.formats.huggingface;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The pairs of tokens that are joined, the first before the others. */
final class Merges {
    private static final float NEVER_JOINED = -1e9f;

    private Merges() {}

    /** The pairs as lines of two tokens with a space between. */
    static List<String> lines(JsonFile model) {
        List<String> lines = new ArrayList<>();
        for (JsonNode merge : model.get("merges")) {
            lines.add(merge.isString() ? merge.stringValue() : part(model, merge, 0) + " " + part(model, merge, 1));
        }
        return lines;
    }

    /**
     * What SentencePiece would have as scores: it joins the pair that makes the token with the highest, and the pairs of a file were listed
     * in that order. Tokens of several characters that no pair makes cannot arise from text.
     *
     * @param tokens in which those become unused
     */
    static float[] scores(JsonFile model, TokenTable tokens) {
        Map<String, Integer> ranks = new HashMap<>();
        int rank = 0;
        for (JsonNode merge : model.get("merges")) {
            ranks.putIfAbsent(joined(model, merge), rank++);
        }
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            String text = tokens.text(id);
            Integer made = ranks.get(text);
            scores[id] = made != null ? -made : NEVER_JOINED;
            if (made == null && tokens.type(id) == TokenTable.NORMAL && text.codePointCount(0, text.length()) > 1) {
                tokens.retype(id, TokenTable.UNUSED);
            }
        }
        return scores;
    }

    private static String joined(JsonFile model, JsonNode merge) {
        if (merge.isString()) {
            String line = merge.stringValue();
            int space = line.indexOf(' ', 1);
            return space < 0 ? line : line.substring(0, space) + line.substring(space + 1);
        }
        return part(model, merge, 0) + part(model, merge, 1);
    }

    private static String part(JsonFile model, JsonNode merge, int index) {
        JsonNode part = merge.path(index);
        if (!part.isString()) {
            throw model.failure("merges", "holds " + merge + ", which is no pair", "download the model again");
        }
        return part.stringValue();
    }
}
