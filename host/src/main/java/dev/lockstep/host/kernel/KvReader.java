package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.stream.IntStream;

/** Walks through the keys or values of a KV head in a block, giving vectors of 16 floats. */
record KvReader(IrFunction f, KvShape shape, HalfFloat half) {
    private static final int LANES = FloatRow.LANES;
    /** Vectors of one row of keys or values. */
    record Part(int first, int count) {
        static Part all(int count) {
            return new Part(0, count);
        }

        private IntStream each() {
            return IntStream.range(first, first + count);
        }
    }

    /** Gets the number of the row and its vectors; returns the carried values of the next round. */
    @FunctionalInterface
    interface Body {
        List<Ir> next(Ir row, List<Ir> vectors, List<Ir> carried);
    }

    /**
     * For each element of the head, in order: the keys of 16 positions to a vector.
     *
     * @param next keys to ask memory for in passing; blocks do not follow each other, so the processor cannot foresee them
     */
    List<Ir> eachElement(Ir keys, Part part, List<Ir> next, List<Ir> carried, Body body) {
        Ir all = Ir.i64(shape.headSize());
        return switch (shape.type()) {
            case F16, F32 ->
                f.loop(
                        Ir.i64(0),
                        all,
                        Ir.i64(1),
                        carried,
                        (element, sums) ->
                                body.next(element, rowVectors(keys, shape.keyRowBytes(), element, part, next), sums));
            case Q8 ->
                f.loop(Ir.i64(0), all, Ir.i64(KvType.BLOCK), carried, (first, before) -> {
                    // A row of scales for 32 elements: 64 positions of two bytes.
                    Ir scaleRow = f.add(Ir.i64(shape.keyScales()), f.shl(first, 2));
                    next.forEach(ahead -> prefetch(f.offset(ahead, scaleRow), KvLayout.BLOCK * KvType.SCALE_BYTES));
                    List<Ir> scales = part.each()
                            .mapToObj(v -> bfloat(f.load(
                                    Type.I16.times(LANES),
                                    f.offset(keys, f.add(scaleRow, Ir.i64((long) v * LANES * KvType.SCALE_BYTES))))))
                            .toList();
                    return f.loop(first, blockEnd(first), Ir.i64(1), before, (element, sums) -> {
                        List<Ir> quants = rowVectors(keys, shape.keyRowBytes(), element, part, next);
                        return body.next(element, products(quants, scales), sums);
                    });
                });
        };
    }

    /** For each position before {@code end}, in order: the elements of its value. */
    List<Ir> eachPosition(Ir values, Part part, Ir end, List<Ir> next, List<Ir> carried, Body body) {
        return eachPosition(values, part, Ir.i64(0), end, next, carried, body);
    }

    /** As the other, for positions from {@code from} on, without asking for what comes next. */
    List<Ir> eachPosition(Ir values, Part part, Ir from, Ir end, List<Ir> carried, Body body) {
        return eachPosition(values, part, from, end, List.of(), carried, body);
    }

    private List<Ir> eachPosition(Ir values, Part part, Ir from, Ir end, List<Ir> next, List<Ir> carried, Body body) {
        return f.loop(from, end, Ir.i64(1), carried, (position, sums) -> {
            List<Ir> vectors = rowVectors(values, shape.valueRowBytes(), position, part, next);
            return switch (shape.type()) {
                case F16, F32 -> body.next(position, vectors, sums);
                case Q8 -> body.next(position, products(vectors, valueScales(values, position, part)), sums);
            };
        });
    }

    private List<Ir> rowVectors(Ir base, int rowBytes, Ir row, Part part, List<Ir> next) {
        Ir offset = f.mul(row, Ir.i64(rowBytes));
        next.forEach(ahead -> prefetch(f.offset(ahead, offset), rowBytes));
        Ir start = f.offset(base, offset);
        return part.each()
                .mapToObj(v ->
                        vector(f.offset(start, (long) v * LANES * shape.type().elementBytes())))
                .toList();
    }

    /** Sixteen elements as floats, without their scales. */
    private Ir vector(Ir address) {
        return switch (shape.type()) {
            case F16 -> half.toFloat(f, f.load(Type.I16.times(LANES), address));
            case F32 -> f.load(Type.FLOAT.times(LANES), address);
            case Q8 ->
                f.convert("sitofp", f.sext(f.load(Type.I8.times(LANES), address), Type.I32), Type.FLOAT.times(LANES));
        };
    }

    /** The scale of each vector of a value; vectors of one block share it. */
    private List<Ir> valueScales(Ir values, Ir position, Part part) {
        Ir row = f.offset(
                f.offset(values, shape.valueScales()),
                f.mul(position, Ir.i64((long) shape.scales() * KvType.SCALE_BYTES)));
        int vectorsPerScale = KvType.BLOCK / LANES;
        List<Ir> scales = IntStream.rangeClosed(
                        part.first / vectorsPerScale, (part.first + part.count - 1) / vectorsPerScale)
                .mapToObj(scale -> f.splat(bfloat(f.load(Type.I16, row, (long) scale * KvType.SCALE_BYTES)), LANES))
                .toList();
        return part.each()
                .mapToObj(v -> scales.get(v / vectorsPerScale - part.first / vectorsPerScale))
                .toList();
    }

    private List<Ir> products(List<Ir> quants, List<Ir> scales) {
        return IntStream.range(0, quants.size())
                .mapToObj(v -> f.fmul(quants.get(v), scales.get(v)))
                .toList();
    }

    private Ir bfloat(Ir bits) {
        return f.bitcast(f.shl(f.zext(bits, Type.I32), 16), bits.type().as(Type.FLOAT));
    }

    private Ir blockEnd(Ir first) {
        Ir end = f.add(first, Ir.i64(KvType.BLOCK));
        return shape.headSize() % KvType.BLOCK == 0 ? end : f.umin(end, Ir.i64(shape.headSize()));
    }

    private void prefetch(Ir row, int bytes) {
        for (int at = 0; at < bytes; at += ReadAhead.LINE) {
            f.prefetch(f.offset(row, at));
        }
    }
}
