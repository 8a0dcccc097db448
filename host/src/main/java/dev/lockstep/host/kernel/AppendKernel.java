package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Rope;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/**
 * For one token and one KV head: rotates and scales the group's query heads in place, rotates the key, and writes key and
 * value into the KV block.
 *
 * <p>{@code void (ptr q, ptr k, ptr v, ptr angles, ptr keys, ptr values, i64 slot)}: {@code q} the group's heads one after the other, {@code angles} the
 * position's cosines and then sines, {@code keys} and {@code values} the head's part of the block, {@code slot} the position in it.
 */
final class AppendKernel {
    private AppendKernel() {}

    static String emit(IrModule module, Simd simd, KvShape shape, Rope.Pairing pairing, int pairs, float scale) {
        String name = "append_%s_%s%d_%08x"
                .formatted(
                        shape.label(),
                        pairing == Rope.Pairing.HALVES ? "h" : "i",
                        pairs,
                        Float.floatToRawIntBits(scale));
        return module.function(
                name,
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.I64),
                f -> emit(f, simd, shape, pairing, pairs, scale));
    }

    private static void emit(IrFunction f, Simd simd, KvShape shape, Rope.Pairing pairing, int pairs, float scale) {
        KvElement element = new KvElement(shape.type(), simd.half());
        Ir slot = f.mul(f.parameter(6), Ir.i64(shape.type().bytes()));
        Ir factor = Ir.constant(Type.FLOAT, scale);
        f.loop(Ir.i64(0), Ir.i64(shape.group()), 1, head -> {
            Ir q = f.offset(f.parameter(0), f.mul(head, Ir.i64(4L * shape.headSize())));
            rotate(f, q, pairing, pairs, (value, i) -> f.store(f.fmul(value, factor), f.offset(q, f.shl(i, 2))));
            pass(
                    f,
                    q,
                    2 * pairs,
                    shape.headSize(),
                    (value, i) -> f.store(f.fmul(value, factor), f.offset(q, f.shl(i, 2))));
        });
        Ir keys = f.offset(f.parameter(4), slot);
        Target storeKey = (value, i) -> element.store(
                f,
                value,
                f.offset(
                        keys,
                        f.mul(i, Ir.i64((long) KvLayout.BLOCK * shape.type().bytes()))));
        rotate(f, f.parameter(1), pairing, pairs, storeKey);
        pass(f, f.parameter(1), 2 * pairs, shape.headSize(), storeKey);
        Ir values = f.offset(f.parameter(5), f.mul(slot, Ir.i64(shape.valueStride())));
        pass(
                f,
                f.parameter(2),
                0,
                shape.headSize(),
                (value, i) -> element.store(
                        f, value, f.offset(values, f.mul(i, Ir.i64(shape.type().bytes())))));
    }

    private interface Target {
        void put(Ir value, Ir index);
    }

    private static void rotate(IrFunction f, Ir x, Rope.Pairing pairing, int pairs, Target target) {
        f.loop(Ir.i64(0), Ir.i64(pairs), 1, pair -> {
            Ir first = switch (pairing) {
                case INTERLEAVED -> f.shl(pair, 1);
                case HALVES -> pair;
            };
            Ir second = switch (pairing) {
                case INTERLEAVED -> f.add(first, Ir.i64(1));
                case HALVES -> f.add(first, Ir.i64(pairs));
            };
            Ir cos = f.load(Type.FLOAT, f.offset(f.parameter(3), f.shl(pair, 2)));
            Ir sin = f.load(Type.FLOAT, f.offset(f.parameter(3), f.shl(f.add(pair, Ir.i64(pairs)), 2)));
            Ir x0 = f.load(Type.FLOAT, f.offset(x, f.shl(first, 2)));
            Ir x1 = f.load(Type.FLOAT, f.offset(x, f.shl(second, 2)));
            target.put(f.fma(x0, cos, f.fneg(f.fmul(x1, sin))), first);
            target.put(f.fma(x0, sin, f.fmul(x1, cos)), second);
        });
    }

    private static void pass(IrFunction f, Ir x, int from, int to, Target target) {
        if (from < to) {
            f.loop(Ir.i64(from), Ir.i64(to), 1, i -> target.put(f.load(Type.FLOAT, f.offset(x, f.shl(i, 2))), i));
        }
    }
}
