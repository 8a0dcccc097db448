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
     * @param types takes {@code unused} for those
     */
    static float[] scores(JsonFile model, String[] tokens, long[] types, int normal, int unused) {
        Map<String, Integer> ranks = new HashMap<>();
        int rank = 0;
        for (JsonNode merge : model.get("merges")) {
            ranks.putIfAbsent(joined(model, merge), rank++);
        }
        float[] scores = new float[tokens.length];
        for (int id = 0; id < tokens.length; id++) {
            Integer made = ranks.get(tokens[id]);
            if (made != null) {
                scores[id] = -made;
            } else if (types[id] == normal && tokens[id].codePointCount(0, tokens[id].length()) > 1) {
                types[id] = unused;
                scores[id] = NEVER_JOINED;
            } else {
                scores[id] = NEVER_JOINED;
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
