package dev.lockstep.host.kernel;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.reference.Numerics;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** The elementary functions of {@link Numerics}, operation by operation, on scalars or vectors of floats; and reductions. */
final class Elementary {
    private Elementary() {}

    /** {@link Numerics#exp}. */
    static Ir exp(IrFunction f, Ir x) {
        Type floats = x.type();
        Ir low = Ir.constant(floats, Numerics.EXP_LOW);
        Ir high = Ir.constant(floats, Numerics.EXP_HIGH);
        Ir clamped = f.select(f.fcmp("olt", x, low), low, x);
        return clampedExp(f, f.select(f.fcmp("ogt", clamped, high), high, clamped));
    }

    /** {@link Numerics#exp} of what is not above zero. */
    static Ir expOfNegative(IrFunction f, Ir x) {
        Ir low = Ir.constant(x.type(), Numerics.EXP_LOW);
        return clampedExp(f, f.select(f.fcmp("olt", x, low), low, x));
    }

    private static Ir clampedExp(IrFunction f, Ir clamped) {
        Type floats = clamped.type();
        Type ints = floats.as(Type.I32);
        Ir rounding = Ir.constant(floats, Numerics.ROUNDING);
        Ir shifted = f.fma(clamped, Ir.constant(floats, Numerics.LOG2_E), rounding);
        Ir n = f.fsub(shifted, rounding);
        Ir r = f.fma(n, Ir.constant(floats, -Numerics.LN2_HIGH), clamped);
        r = f.fma(n, Ir.constant(floats, -Numerics.LN2_LOW), r);
        float[] polynomial = Numerics.expPolynomial();
        Ir p = Ir.constant(floats, polynomial[0]);
        for (int i = 1; i < polynomial.length; i++) {
            p = f.fma(p, r, Ir.constant(floats, polynomial[i]));
        }
        Ir y = f.fadd(f.fma(p, f.fmul(r, r), r), Ir.constant(floats, 1f));
        Ir exponent = f.sub(f.bitcast(shifted, ints), Ir.constant(ints, Numerics.ROUNDING_BITS));
        return f.bitcast(f.add(f.bitcast(y, ints), f.shl(exponent, 23)), floats);
    }

    static Ir activation(IrFunction f, Activation activation, Ir x) {
        return switch (activation) {
            case SILU -> f.fdiv(x, f.fadd(Ir.constant(x.type(), 1f), exp(f, f.fneg(x))));
            case GELU -> {
                Ir linear = Ir.constant(x.type(), Numerics.GELU_LINEAR);
                Ir u = f.fmul(x, f.fma(f.fmul(x, x), Ir.constant(x.type(), Numerics.GELU_CUBIC), linear));
                yield f.fdiv(x, f.fadd(Ir.constant(x.type(), 1f), exp(f, f.fneg(f.fadd(u, u)))));
            }
            case SWIGLU_OAI -> {
                Ir gate = atMost(f, x, Numerics.OAI_LIMIT);
                Ir steep = f.fmul(Ir.constant(x.type(), Numerics.OAI_ALPHA), gate);
                yield f.fdiv(gate, f.fadd(Ir.constant(x.type(), 1f), exp(f, f.fneg(steep))));
            }
        };
    }

    /** What an activation lets through of {@code up}, before it is multiplied with the gate. */
    static Ir through(IrFunction f, Activation activation, Ir up) {
        if (activation != Activation.SWIGLU_OAI) {
            return up;
        }
        Ir low = Ir.constant(up.type(), -Numerics.OAI_LIMIT);
        Ir limited = atMost(f, up, Numerics.OAI_LIMIT);
        return f.fadd(f.select(f.fcmp("olt", limited, low), low, limited), Ir.constant(up.type(), 1f));
    }

    private static Ir atMost(IrFunction f, Ir x, float limit) {
        Ir most = Ir.constant(x.type(), limit);
        return f.select(f.fcmp("ogt", x, most), most, x);
    }

    /** {@link Numerics#sigmoid}. */
    static Ir sigmoid(IrFunction f, Ir x) {
        Ir one = Ir.constant(x.type(), 1f);
        return f.fdiv(one, f.fadd(one, exp(f, f.fneg(x))));
    }

    /** {@link Numerics#tanh}. */
    static Ir tanh(IrFunction f, Ir x) {
        Ir one = Ir.constant(x.type(), 1f);
        return f.fsub(one, f.fdiv(Ir.constant(x.type(), 2f), f.fadd(exp(f, f.fadd(x, x)), one)));
    }

    /** {@code tanh(x / cap) * cap}. */
    static Ir softCap(IrFunction f, Ir x, float cap) {
        Ir caps = Ir.constant(x.type(), cap);
        return f.fmul(tanh(f, f.fdiv(x, caps)), caps);
    }

    /** {@link Numerics#round}. */
    static Ir round(IrFunction f, Ir x) {
        Type ints = x.type().as(Type.I32);
        Ir shifted = f.fadd(x, Ir.constant(x.type(), Numerics.ROUNDING));
        return f.sub(f.bitcast(shifted, ints), Ir.constant(ints, Numerics.ROUNDING_BITS));
    }

    /** The larger of a and b; a if they compare equal. */
    static Ir max(IrFunction f, Ir a, Ir b) {
        return f.select(f.fcmp("ogt", b, a), b, a);
    }

    /** Sum of a vector's lanes as a binary tree: lane j and lane j + n/2, and so on. */
    static Ir sumOfLanes(IrFunction f, Ir vector) {
        Ir sum = vector;
        while (sum.type().lanes() > 1) {
            int half = sum.type().lanes() / 2;
            sum = f.fadd(f.slice(sum, 0, half), f.slice(sum, half, half));
        }
        return f.extract(sum, 0);
    }

    /**
     * Reduces each of several vectors, whose number is a power of two, by the tree of {@link #sumOfLanes}: a vector with one lane for each. All
     * of them share the operations.
     */
    static Ir reduceLanes(IrFunction f, List<Ir> vectors, BinaryOperator<Ir> operation) {
        List<Ir> parts = vectors;
        for (int lanes = vectors.getFirst().type().lanes(); lanes > 1; lanes /= 2) {
            List<Ir> next = new ArrayList<>();
            int together = Math.min(2, parts.size());
            for (int i = 0; i < parts.size(); i += together) {
                Ir a = parts.get(i);
                Ir b = parts.get(i + together - 1);
                int half = lanes / 2;
                int groups = together * a.type().lanes() / lanes;
                int[] low = IntStream.range(0, groups * half)
                        .map(lane -> lane / half * 2 * half + lane % half)
                        .toArray();
                int[] high = IntStream.of(low).map(lane -> lane + half).toArray();
                next.add(operation.apply(f.shuffle(a, b, low), f.shuffle(a, b, high)));
            }
            parts = next;
        }
        return parts.getFirst();
    }

    /** Lanes that lie before {@code end}, for a vector whose first lane is number {@code first}. */
    static Ir lanesBefore(IrFunction f, int lanes, Ir first, Ir end) {
        return lanes(f, "slt", lanes, first, end);
    }

    /** Lanes that lie at {@code start} or after it, likewise. */
    static Ir lanesFrom(IrFunction f, int lanes, Ir first, Ir start) {
        return lanes(f, "sge", lanes, first, start);
    }

    private static Ir lanes(IrFunction f, String comparison, int lanes, Ir first, Ir place) {
        int[] numbers = IntStream.range(0, lanes).toArray();
        Ir distance = f.convert("trunc", f.sub(place, first), Type.I32);
        return f.icmp(comparison, f.vector(Type.I32, numbers), f.splat(distance, lanes));
    }
}
