package dev.lockstep.host.kernel;

import dev.lockstep.graph.Routing;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Chooses experts for one row: {@code void (ptr scores, ptr choice, ptr bias)}. A choice row holds the numbers of the experts (i64
 * each), then their weights (f32 each).
 */
final class RouteKernel {
    private final IrFunction f;
    private final int experts;
    private final Routing routing;
    private final Ir weights;

    private RouteKernel(IrFunction f, int experts, Routing routing) {
        this.f = f;
        this.experts = experts;
        this.routing = routing;
        this.weights = f.offset(f.parameter(1), weightsOffset(routing.used()));
    }

    /** Bytes of a choice row, in whole cache lines. */
    static int rowBytes(int used) {
        return (used * 12 + 63) / 64 * 64;
    }

    static int weightsOffset(int used) {
        return used * 8;
    }

    static String emit(IrModule module, int experts, Routing routing) {
        String name = "route_%d_of_%d_%s_%08x%s"
                .formatted(
                        routing.used(),
                        experts,
                        routing.weighing().text(),
                        Float.floatToRawIntBits(routing.scale()),
                        routing.bias().isPresent() ? "_b" : "");
        return module.function(
                name, List.of(Type.PTR, Type.PTR, Type.PTR), f -> new RouteKernel(f, experts, routing).emit());
    }

    private void emit() {
        Ir values = values();
        choose(values, ranks(values));
        weigh(values);
    }

    /** Scores, or probabilities by themselves. */
    private Ir values() {
        return routing.weighing().sigmoid()
                ? mapped(e -> Elementary.sigmoid(f, at(f.parameter(0), e)))
                : f.parameter(0);
    }

    /** By what experts are chosen. */
    private Ir ranks(Ir values) {
        return routing.bias().isPresent() ? mapped(e -> f.fadd(at(values, e), at(f.parameter(2), e))) : values;
    }

    private Ir mapped(UnaryOperator<Ir> function) {
        Ir results = f.alloca(4L * experts);
        f.loop(Ir.i64(0), Ir.i64(experts), 1, e -> f.store(function.apply(e), f.word(results, e)));
        return results;
    }

    private void choose(Ir values, Ir ranks) {
        Ir taken = f.alloca(experts);
        f.loop(Ir.i64(0), Ir.i64(experts), 1, e -> f.store(Ir.constant(Type.I8, 0), f.offset(taken, e)));
        Ir minusInfinity = Ir.constant(Type.FLOAT, Float.NEGATIVE_INFINITY);
        f.loop(Ir.i64(0), Ir.i64(routing.used()), 1, slot -> {
            List<Ir> best = f.loop(
                    Ir.i64(0),
                    Ir.i64(experts),
                    Ir.i64(1),
                    // No expert yet: index -1 loses against any free one, also where all scores are NaN.
                    List.of(minusInfinity, Ir.i64(-1)),
                    (e, carried) -> {
                        Ir rank = at(ranks, e);
                        Ir free = f.icmp("eq", f.load(Type.I8, f.offset(taken, e)), Ir.constant(Type.I8, 0));
                        Ir none = f.icmp("eq", carried.get(1), Ir.i64(-1));
                        Ir better = f.or(f.fcmp("ogt", rank, carried.get(0)), none);
                        Ir take = f.and(free, better);
                        return List.of(f.select(take, rank, carried.get(0)), f.select(take, e, carried.get(1)));
                    });
            Ir expert = best.get(1);
            f.store(Ir.constant(Type.I8, 1), f.offset(taken, expert));
            f.store(expert, f.offset(f.parameter(1), f.shl(slot, 3)));
            f.store(at(values, expert), f.word(weights, slot));
        });
    }

    /** Turns what the chosen experts have into their weights. */
    private void weigh(Ir values) {
        // The first choice has the largest score of all.
        Ir max = f.load(Type.FLOAT, weights);
        UnaryOperator<Ir> power = value -> Elementary.exp(f, f.fsub(value, max));
        Ir divisor = switch (routing.weighing()) {
            case CHOSEN -> sum(weights, routing.used(), power);
            case ALL -> sum(values, experts, power);
            case SIGMOID -> Ir.constant(Type.FLOAT, 1f);
            case SIGMOID_SHARE -> sum(weights, routing.used(), UnaryOperator.identity());
        };
        f.loop(Ir.i64(0), Ir.i64(routing.used()), 1, slot -> {
            Ir value = at(weights, slot);
            Ir weight = routing.weighing().sigmoid() ? value : power.apply(value);
            Ir scaled = f.fmul(f.fdiv(weight, divisor), Ir.constant(Type.FLOAT, routing.scale()));
            f.store(scaled, f.word(weights, slot));
        });
    }

    private Ir sum(Ir of, int count, UnaryOperator<Ir> function) {
        return f.loop(
                        Ir.i64(0),
                        Ir.i64(count),
                        Ir.i64(1),
                        List.of(Ir.constant(Type.FLOAT, 0f)),
                        (i, carried) -> List.of(f.fadd(carried.getFirst(), function.apply(at(of, i)))))
                .getFirst();
    }

    private Ir at(Ir base, Ir index) {
        return f.load(Type.FLOAT, f.word(base, index));
    }
}
