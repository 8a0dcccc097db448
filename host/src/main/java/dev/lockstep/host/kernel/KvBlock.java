package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Scoring;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;

/** Arithmetic of positions, and the table of a sequence's KV blocks. */
final class KvBlock {
    /** 8 bytes of address for each 64 positions. */
    private static final int ADDRESS_SHIFT = 3;

    private KvBlock() {}

    /** The address of the block that starts at a position. */
    static Ir address(IrFunction f, Ir blocks, Ir first) {
        return f.load(Type.PTR, f.offset(blocks, f.lshr(first, ADDRESS_SHIFT)));
    }

    /** The address of the block after it, or of itself if that would begin at {@code end} or later. */
    static Ir following(IrFunction f, Ir blocks, Ir first, Ir end) {
        Ir following = f.add(first, Ir.i64(KvLayout.BLOCK));
        return address(f, blocks, f.select(f.icmp("ult", following, end), following, first));
    }

    /** Positions of the block that starts at {@code first} which lie before {@code end}. */
    static Ir positions(IrFunction f, Ir first, Ir end) {
        return f.umin(f.sub(end, first), Ir.i64(KvLayout.BLOCK));
    }

    /** The first position of the block of a position. */
    static Ir start(IrFunction f, Ir position) {
        return f.and(position, Ir.i64(-KvLayout.BLOCK));
    }

    /** The first position of the span of a position. */
    static Ir spanStart(IrFunction f, Ir position) {
        return f.and(position, Ir.i64(-KvLayout.SPAN));
    }

    /** The first position that the token at {@code position} sees, see {@link Scoring#firstSeen}. */
    static Ir firstSeen(IrFunction f, Scoring scoring, Ir position) {
        if (scoring.window() == 0) {
            return Ir.i64(0);
        }
        Ir first = f.sub(position, Ir.i64(scoring.window() - 1L));
        return f.select(f.icmp("sgt", first, Ir.i64(0)), first, Ir.i64(0));
    }

    /** The end of the span that starts at {@code first}, at most {@code end}. */
    static Ir spanEnd(IrFunction f, Ir first, Ir end) {
        return f.umin(f.add(first, Ir.i64(KvLayout.SPAN)), end);
    }
}
