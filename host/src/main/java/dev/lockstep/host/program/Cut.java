package dev.lockstep.host.program;

/** How the work of a task is cut over the cores. */
enum Cut {
    /** Every core does all of it, into a buffer of its own: cheaper than a barrier when it is little. */
    REPLICATED,
    /** Every core has a range of tokens: neighbours share cache lines. */
    TOKENS,
    /**
     * Every core has a range of vectors of 16 elements (tiles of 16 rows), of all tokens; in phases of products, where there are {@linkplain CoreView#manyTokens many}, all
     * vectors of its tokens.
     */
    ROWS,
    /**
     * Pair u of token and KV head belongs to core u mod cores; in attention, of one token, the pair of span and KV head, and of several, the
     * pair of tile (see {@link StepContext}) and KV head. Where there are many tokens, a core appends its own.
     */
    HEADS
}
