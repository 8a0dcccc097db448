package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.function.Consumer;

/** Rounds the key and the value of one position and KV head, and writes them into a block. */
record KvWriter(IrFunction f, KvShape shape, HalfFloat half, Ir scratch) {
    private static final Type FLOATS = Type.FLOAT.times(KvType.BLOCK);
    private static final Type INTS = Type.I32.times(KvType.BLOCK);
    private static final float LARGEST = 127f;

    /** Blocks whose largest magnitude is below this become zero, so that the inverse scale stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    /** @param scratch room for {@link #scratchBytes} */
    KvWriter {
        if (!scratch.type().equals(Type.PTR)) {
            throw new IllegalArgumentException("a scratch that is no address but " + scratch);
        }
    }

    /** Room for quants of a block. */
    static long scratchBytes() {
        return KvType.BLOCK;
    }

    /**
     * @param x the key's floats, up to a multiple of 32 readable, with zeros after the head
     * @param keys the block's keys
     * @param slot the position in the block
     */
    void key(Ir x, Ir keys, Ir slot) {
        Ir column = f.offset(keys, f.mul(slot, Ir.i64(shape.type().elementBytes())));
        switch (shape.type()) {
            case F16, F32 ->
                eachElement(
                        shape.headSize(),
                        i -> store(
                                f.load(Type.FLOAT, f.word(x, i)),
                                f.offset(column, f.mul(i, Ir.i64(shape.keyRowBytes())))));
            case Q8 -> {
                Ir scales = f.offset(f.offset(keys, shape.keyScales()), f.shl(slot, 1));
                for (int block = 0; block < shape.scales(); block++) {
                    int first = block * KvType.BLOCK;
                    quantize(
                            f.offset(x, 4L * first),
                            f.offset(scales, (long) block * shape.keyRowBytes() * KvType.SCALE_BYTES));
                    Ir rows = f.offset(column, (long) first * shape.keyRowBytes());
                    eachElement(
                            Math.min(KvType.BLOCK, shape.headSize() - first),
                            i -> f.store(
                                    f.load(Type.I8, f.offset(scratch, i)),
                                    f.offset(rows, f.mul(i, Ir.i64(shape.keyRowBytes())))));
                }
            }
        }
    }

    /** As {@link #key}. */
    void value(Ir x, Ir values, Ir slot) {
        Ir row = f.offset(values, f.mul(slot, Ir.i64(shape.valueRowBytes())));
        switch (shape.type()) {
            case F16, F32 ->
                eachElement(
                        shape.headSize(),
                        i -> store(
                                f.load(Type.FLOAT, f.word(x, i)),
                                f.offset(row, f.mul(i, Ir.i64(shape.type().elementBytes())))));
            case Q8 -> {
                Ir scales = f.offset(
                        f.offset(values, shape.valueScales()),
                        f.mul(slot, Ir.i64((long) shape.scales() * KvType.SCALE_BYTES)));
                Type half = Type.I8.times(KvType.BLOCK / 2);
                for (int block = 0; block < shape.scales(); block++) {
                    int first = block * KvType.BLOCK;
                    quantize(f.offset(x, 4L * first), f.offset(scales, (long) block * KvType.SCALE_BYTES));
                    for (int at = 0; at < Math.min(KvType.BLOCK, shape.valueStride() - first); at += half.bytes()) {
                        f.store(f.load(half, scratch, at), f.offset(row, (long) first + at));
                    }
                }
            }
        }
    }

    private void store(Ir value, Ir address) {
        f.store(shape.type() == KvType.F16 ? half.fromFloat(f, value) : value, address);
    }

    /** The numerics of {@code KvRounding}: 32 quants into the scratch, and the scale to its place. */
    private void quantize(Ir x, Ir scalePlace) {
        Ir floats = f.load(FLOATS, x);
        Ir magnitudes = f.and(f.bitcast(floats, INTS), Ir.constant(INTS, 0x7FFFFFFF));
        Ir largest = f.bitcast(f.call("llvm.vector.reduce.umax." + INTS.mangled(), Type.I32, magnitudes), Type.FLOAT);
        Ir zero = f.fcmp("olt", largest, Ir.constant(Type.FLOAT, SMALLEST));
        Ir exact = f.bitcast(f.fdiv(largest, Ir.constant(Type.FLOAT, LARGEST)), Type.I32);
        Ir bits = f.lshr(f.add(exact, Ir.constant(Type.I32, 0xFFFF)), 16);
        Ir scale = f.bitcast(f.shl(bits, 16), Type.FLOAT);
        Ir inverse = f.select(zero, Ir.constant(Type.FLOAT, 0f), f.fdiv(Ir.constant(Type.FLOAT, 1f), scale));
        Ir quants = Elementary.round(f, f.fmul(floats, f.splat(inverse, KvType.BLOCK)));
        f.store(f.convert("trunc", quants, INTS.as(Type.I8)), scratch);
        Ir kept = f.select(zero, Ir.constant(Type.I32, 0), bits);
        f.store(f.convert("trunc", kept, Type.I16), scalePlace);
    }

    private void eachElement(int elements, Consumer<Ir> body) {
        f.loop(Ir.i64(0), Ir.i64(elements), 1, body);
    }
}
