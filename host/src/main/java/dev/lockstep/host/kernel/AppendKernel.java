package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvType;
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
 * position's cosines and then sines, and the growth of queries where they grow, {@code keys} and {@code values} the head's part of the block, {@code slot} the position in it.
 */
final class AppendKernel {
    private final IrFunction f;
    private final KvShape shape;
    private final Rope.Pairing pairing;
    private final int pairs;
    private final boolean growing;

    private AppendKernel(IrFunction f, KvShape shape, Rope rope) {
        this.f = f;
        this.shape = shape;
        this.pairing = rope.pairing();
        this.pairs = rope.width() / 2;
        this.growing = rope.growth().isPresent();
    }

    static String emit(IrModule module, Simd simd, KvShape shape, Rope rope, float scale) {
        String name = "append_%s_%s%d_%08x%s"
                .formatted(
                        shape.label(),
                        rope.pairing() == Rope.Pairing.HALVES ? "h" : "i",
                        rope.width() / 2,
                        Float.floatToRawIntBits(scale),
                        rope.growth().isPresent() ? "_g" : "");
        return module.function(
                name,
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.I64),
                f -> new AppendKernel(f, shape, rope).emit(simd, scale));
    }

    private void emit(Simd simd, float scale) {
        Ir factor = Ir.constant(Type.FLOAT, scale);
        f.loop(Ir.i64(0), Ir.i64(shape.group()), 1, head -> {
            Ir q = f.offset(f.parameter(0), f.mul(head, Ir.i64(4L * shape.headSize())));
            Target scaled = (value, i) -> f.store(grown(f.fmul(value, factor)), f.word(q, i));
            rotate(q, scaled);
            pass(q, 2 * pairs, scaled);
        });
        // Whole blocks, with zeros after the head: they are rounded together.
        int padded = (shape.headSize() + KvType.BLOCK - 1) / KvType.BLOCK * KvType.BLOCK;
        Ir row = f.alloca(4L * padded);
        for (int i = shape.headSize(); i < padded; i++) {
            f.store(Ir.constant(Type.FLOAT, 0f), f.offset(row, 4L * i));
        }
        KvWriter writer = new KvWriter(f, shape, simd.half(), f.alloca(KvWriter.scratchBytes()));
        Target toRow = (value, i) -> f.store(value, f.word(row, i));
        rotate(f.parameter(1), toRow);
        pass(f.parameter(1), 2 * pairs, toRow);
        writer.key(row, f.parameter(4), f.parameter(6));
        pass(f.parameter(2), 0, toRow);
        writer.value(row, f.parameter(5), f.parameter(6));
    }

    private Ir grown(Ir query) {
        return growing ? f.fmul(query, f.load(Type.FLOAT, f.parameter(3), 8L * pairs)) : query;
    }

    private interface Target {
        void put(Ir value, Ir index);
    }

    private void rotate(Ir x, Target target) {
        f.loop(Ir.i64(0), Ir.i64(pairs), 1, pair -> {
            Ir first = switch (pairing) {
                case INTERLEAVED -> f.shl(pair, 1);
                case HALVES -> pair;
            };
            Ir second = switch (pairing) {
                case INTERLEAVED -> f.add(first, Ir.i64(1));
                case HALVES -> f.add(first, Ir.i64(pairs));
            };
            Ir cos = f.load(Type.FLOAT, f.word(f.parameter(3), pair));
            Ir sin = f.load(Type.FLOAT, f.word(f.parameter(3), f.add(pair, Ir.i64(pairs))));
            Ir x0 = f.load(Type.FLOAT, f.word(x, first));
            Ir x1 = f.load(Type.FLOAT, f.word(x, second));
            target.put(f.fma(x0, cos, f.fneg(f.fmul(x1, sin))), first);
            target.put(f.fma(x0, sin, f.fmul(x1, cos)), second);
        });
    }

    /** What is not rotated. */
    private void pass(Ir x, int from, Target target) {
        if (from < shape.headSize()) {
            f.loop(Ir.i64(from), Ir.i64(shape.headSize()), 1, i -> target.put(f.load(Type.FLOAT, f.word(x, i)), i));
        }
    }
}
