package dev.lockstep.formats.huggingface;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Tokens by their numbers, with their types in the GGUF specification. */
final class TokenTable {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;
    static final int MOST = 1 << 22;

    private final String[] texts;
    private final long[] types;

    TokenTable(int size) {
        texts = new String[size];
        types = new long[size];
        Arrays.setAll(texts, id -> "[PAD" + id + "]");
        Arrays.fill(types, UNUSED);
    }

    int size() {
        return texts.length;
    }

    boolean has(long id) {
        return id >= 0 && id < texts.length;
    }

    void put(int id, String text, int type) {
        texts[id] = text;
        types[id] = type;
    }

    void retype(int id, int type) {
        types[id] = type;
    }

    String text(int id) {
        return texts[id];
    }

    long type(int id) {
        return types[id];
    }

    /** The first token that is spelled like this; none if the text is empty. */
    OptionalInt find(String text) {
        for (int id = 0; !text.isEmpty() && id < texts.length; id++) {
            if (texts[id].equals(text)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    List<String> texts() {
        return Arrays.asList(texts);
    }

    long[] types() {
        return types;
    }
}
