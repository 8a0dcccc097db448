package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Where tokens are cut over the cores in products with many of them. Cores that others' work disturbs are slower by up to a quarter, for seconds, and a step of many tokens takes as long as
 * all that is known of it, so shares follow within it what cores took for theirs in the last product. Results do not depend on them.
 *
 * <p>Emitted as {@code void (ptr bounds, ptr paces, i64 cores)}: {@code bounds} are i64s, where each core's share of {@link #WHOLE} begins, and {@code WHOLE}; {@code paces} has for each core,
 * {@link #PACE_STRIDE} bytes apart, an i64 of tokens and one of the cycles that they took.
 */
public final class TokenShares {
    /** All tokens; a power of two. */
    public static final long WHOLE = 1 << 16;

    /** A cache line that its core alone writes. */
    public static final long PACE_STRIDE = 64;

    /** Where the cycles are. */
    public static final long CYCLES = 8;

    /** Speeds are tokens in so many cycles. */
    private static final int SPEED_BITS = 32;

    /** What part of a product's news is believed, as a shift: others' interrupts are in it, too. */
    private static final int RATE_BITS = 4;

    /** By at most what part of itself a share is thought to be wrong, as a shift: whoever was interrupted looks slower than it is. */
    private static final int WRONG_BITS = 3;

    private TokenShares() {}

    /** The shares, before anything is known of the cores. */
    public static MemorySegment equal(int cores, Arena arena) {
        MemorySegment bounds = arena.allocate(Long.BYTES * (cores + 1L), 64);
        for (int core = 0; core <= cores; core++) {
            bounds.setAtIndex(ValueLayout.JAVA_LONG, core, core * WHOLE / cores);
        }
        return bounds;
    }

    static String emit(IrModule module) {
        return module.function("share_tokens", List.of(Type.PTR, Type.PTR, Type.I64), TokenShares::emit);
    }

    private static void emit(IrFunction f) {
        Ir cores = f.parameter(2);
        Ir all = each(f, List.of(Ir.i64(0)), (core, sum) -> List.of(f.add(sum.getFirst(), speed(f, core))))
                .getFirst();
        // Where a core begins, in the old shares and in the new ones.
        each(f, List.of(Ir.i64(0), Ir.i64(0)), (core, begins) -> {
            Ir place = f.offset(f.parameter(0), f.shl(core, 3));
            Ir end = f.load(Type.I64, place, 8);
            Ir share = f.sub(end, begins.getFirst());
            Ir wrong = f.lshr(share, WRONG_BITS);
            Ir fair = f.udiv(f.mul(speed(f, core), Ir.i64(WHOLE)), all);
            fair = f.umin(f.add(share, wrong), f.umax(f.sub(share, wrong), fair));
            Ir next = f.add(share, f.ashr(f.sub(fair, share), RATE_BITS));
            Ir newEnd = f.add(begins.get(1), next);
            Ir last = f.icmp("eq", f.add(core, Ir.i64(1)), cores);
            f.store(f.select(last, Ir.i64(WHOLE), f.umin(newEnd, Ir.i64(WHOLE))), f.offset(place, 8));
            return List.of(end, newEnd);
        });
    }

    private static List<Ir> each(IrFunction f, List<Ir> carried, IrFunction.LoopBody body) {
        return f.rolledLoop(Ir.i64(0), f.parameter(2), Ir.i64(1), carried, body);
    }

    /** At least 1, so that there is something to divide by before the first product. */
    private static Ir speed(IrFunction f, Ir core) {
        Ir pace = f.offset(f.parameter(1), f.mul(core, Ir.i64(PACE_STRIDE)));
        Ir cycles = f.umax(Ir.i64(1), f.load(Type.I64, pace, CYCLES));
        return f.umax(Ir.i64(1), f.udiv(f.shl(f.load(Type.I64, pace), SPEED_BITS), cycles));
    }
}
