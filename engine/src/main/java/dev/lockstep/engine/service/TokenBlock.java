package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import java.util.Arrays;

/** The tokens of one KV block, as a key. */
final class TokenBlock {
    private final int[] tokens;
    private final int hash;

    /** The {@link KvLayout#BLOCK} tokens from {@code start} on. */
    TokenBlock(int[] source, int start) {
        tokens = Arrays.copyOfRange(source, start, start + KvLayout.BLOCK);
        hash = Arrays.hashCode(tokens);
    }

    /** Not to be changed. */
    int[] tokens() {
        return tokens;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenBlock block && hash == block.hash && Arrays.equals(tokens, block.tokens);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
