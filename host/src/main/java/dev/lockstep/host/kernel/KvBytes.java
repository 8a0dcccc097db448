package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;

/** Bytes that kernels expect one KV head of a block to take. */
public final class KvBytes {
    private KvBytes() {}

    /** Bytes of the keys of one head of a block. */
    public static long keys(Op.Attention attention, KvType type) {
        return KvShape.of(attention, type).keyBytes();
    }

    /** Bytes that attention of one KV head to a span of positions leaves for merging. */
    public static long partial(Op.Attention attention, KvType type) {
        return AttendKernel.partialBytes(KvShape.of(attention, type));
    }

    /** Bytes of the values of one head of a block. */
    public static long values(Op.Attention attention, KvType type) {
        return KvShape.of(attention, type).valueBytes();
    }
}
