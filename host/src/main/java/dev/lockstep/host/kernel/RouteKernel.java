package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/**
 * Chooses experts for one row: {@code void (ptr scores, ptr choice)}. A choice row holds the numbers of the experts (i64
 * each), then their weights (f32 each).
 */
final class RouteKernel {
    private RouteKernel() {}

    /** Bytes of a choice row, in whole cache lines. */
    static int rowBytes(int used) {
        return (used * 12 + 63) / 64 * 64;
    }

    static int weightsOffset(int used) {
        return used * 8;
    }

    static String emit(IrModule module, int experts, int used) {
        return module.function(
                "route_" + used + "_of_" + experts, List.of(Type.PTR, Type.PTR), f -> emit(f, experts, used));
    }

    private static void emit(IrFunction f, int experts, int used) {
        Ir scores = f.parameter(0);
        Ir choice = f.parameter(1);
        Ir weights = f.offset(choice, weightsOffset(used));
        Ir taken = f.alloca(experts);
        f.loop(Ir.i64(0), Ir.i64(experts), 1, e -> f.store(Ir.constant(Type.I8, 0), f.offset(taken, e)));
        Ir minusInfinity = Ir.constant(Type.FLOAT, Float.NEGATIVE_INFINITY);
        f.loop(Ir.i64(0), Ir.i64(used), 1, slot -> {
            List<Ir> best = f.loop(
                    Ir.i64(0),
                    Ir.i64(experts),
                    Ir.i64(1),
                    // No expert yet: index -1 loses against any free one, also where all scores are NaN.
                    List.of(minusInfinity, Ir.i64(-1)),
                    (e, carried) -> {
                        Ir score = f.load(Type.FLOAT, f.offset(scores, f.shl(e, 2)));
                        Ir free = f.icmp("eq", f.load(Type.I8, f.offset(taken, e)), Ir.constant(Type.I8, 0));
                        Ir none = f.icmp("eq", carried.get(1), Ir.i64(-1));
                        Ir better = f.or(f.fcmp("ogt", score, carried.get(0)), none);
                        Ir take = f.and(free, better);
                        return List.of(f.select(take, score, carried.get(0)), f.select(take, e, carried.get(1)));
                    });
            f.store(Ir.constant(Type.I8, 1), f.offset(taken, best.get(1)));
            f.store(best.get(1), f.offset(choice, f.shl(slot, 3)));
            f.store(best.get(0), f.offset(weights, f.shl(slot, 2)));
        });
        // The first choice has the largest score of all.
        Ir max = f.load(Type.FLOAT, weights);
        Ir sum = f.loop(Ir.i64(0), Ir.i64(used), Ir.i64(1), List.of(Ir.constant(Type.FLOAT, 0f)), (slot, carried) -> {
                    Ir place = f.offset(weights, f.shl(slot, 2));
                    Ir power = Elementary.exp(f, f.fsub(f.load(Type.FLOAT, place), max));
                    f.store(power, place);
                    return List.of(f.fadd(carried.getFirst(), power));
                })
                .getFirst();
        f.loop(Ir.i64(0), Ir.i64(used), 1, slot -> {
            Ir place = f.offset(weights, f.shl(slot, 2));
            f.store(f.fdiv(f.load(Type.FLOAT, place), sum), place);
        });
    }
}
