package dev.lockstep.graph;

/** The one number of the KV cache that numerics depend on. */
public final class KvLayout {
    /** Positions per KV block; attention is reduced block by block. */
    public static final int BLOCK = 64;

    private KvLayout() {}

    /** Blocks that hold the given number of positions. */
    public static int blocks(int positions) {
        return (positions + BLOCK - 1) / BLOCK;
    }
}
