package dev.lockstep.graph;

/** The numbers of the KV cache that numerics depend on. */
public final class KvLayout {
    /** Positions per KV block; attention is reduced block by block. */
    public static final int BLOCK = 64;

    /** Positions per span: blocks are merged in order within a span, and then spans in order, so that cores can share the blocks of a head. */
    public static final int SPAN = 1024;

    private KvLayout() {}

    /** Blocks that hold the given number of positions. */
    public static int blocks(int positions) {
        return (positions + BLOCK - 1) / BLOCK;
    }

    /** Spans that hold the given number of positions. */
    public static int spans(int positions) {
        return (positions + SPAN - 1) / SPAN;
    }
}
