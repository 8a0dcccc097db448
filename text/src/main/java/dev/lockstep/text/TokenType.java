package dev.lockstep.text;

/** What a token is, in the order of {@code tokenizer.ggml.token_type} (1 to 6) of the GGUF specification. */
enum TokenType {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    private static final TokenType[] BY_CODE = values();

    /** Undefined codes count as normal. */
    static TokenType ofCode(long code) {
        return code >= 1 && code <= BY_CODE.length ? BY_CODE[(int) code - 1] : NORMAL;
    }

    /** Whether ordinary text may become this token by merging; user text must not be able to forge a control token. */
    boolean arisesFromText() {
        return switch (this) {
            case NORMAL, USER_DEFINED, UNUSED -> true;
            case UNKNOWN, CONTROL, BYTE -> false;
        };
    }

    /** Whether the token is looked for in the text as it stands, before anything else. */
    boolean isSpecial() {
        return switch (this) {
            case CONTROL, USER_DEFINED, UNKNOWN -> true;
            case NORMAL, UNUSED, BYTE -> false;
        };
    }
}
