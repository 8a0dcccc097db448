package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.Collections;
import java.util.List;

/**
 * Attention of one token: its query heads that share one KV head, which are the rows here. Keys and values are converted on the
 * way from memory to registers.
 */
final class AttendKernel {
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private final IrFunction f;
    private final Simd simd;
    private final KvShape shape;
    private final KvReader reader;

    private AttendKernel(IrFunction f, Simd simd, KvShape shape) {
        this.f = f;
        this.simd = simd;
        this.shape = shape;
        this.reader = new KvReader(f, shape, simd.half());
    }

    /** Bytes of an accumulator of one KV head. */
    static long partialBytes(KvShape shape) {
        return Accumulator.bytes(shape.group(), shape.valueStride());
    }

    /**
     * Attention to the positions of one span.
     *
     * <p>{@code void (ptr q, ptr accumulator, ptr blocks, i64 keys, i64 values, i64 first, i64 end)}: {@code q} rotated and scaled query heads, {@code blocks} addresses
     * of the sequence's KV blocks, {@code keys} and {@code values} where this layer and head start in a block.
     */
    static String emitSpan(IrModule module, Simd simd, KvShape shape) {
        return module.function(
                "attend_span_" + shape.label(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64, Type.I64, Type.I64),
                f -> new AttendKernel(f, simd, shape).span());
    }

    /**
     * Merges spans.
     *
     * <p>{@code void (ptr accumulators, i64 stride, i64 spans, ptr y)}: accumulators {@code stride} bytes apart, {@code y} where the heads' results go.
     */
    static String emitMerge(IrModule module, KvShape shape) {
        return module.function(
                "merge_spans_" + shape.group() + "x" + shape.headSize(),
                List.of(Type.PTR, Type.I64, Type.I64, Type.PTR),
                f -> merge(f, shape));
    }

    /**
     * Attention to all spans.
     *
     * <p>{@code void (ptr q, ptr y, ptr blocks, i64 keys, i64 values, i64 end)}.
     */
    static String emitToken(IrModule module, Simd simd, KvShape shape) {
        String span = emitSpan(module, simd, shape);
        return module.function(
                "attend_token_" + shape.label(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64, Type.I64),
                f -> token(f, span, shape));
    }

    private void span() {
        int group = shape.group();
        Ir scores = f.alloca(4L * KvLayout.BLOCK * group);
        Accumulator accumulator = Accumulator.at(f, f.parameter(1), group, shape.valueStride());
        Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
        accumulator.clear(Ir.i64(group));
        Ir end = f.parameter(6);
        f.loop(f.parameter(5), end, KvLayout.BLOCK, first -> {
            Ir block = KvBlock.address(f, f.parameter(2), first);
            Ir next = KvBlock.following(f, f.parameter(2), first, end);
            Ir visible = KvBlock.positions(f, first, end);
            scores(scores, f.offset(block, f.parameter(3)), f.offset(next, f.parameter(3)));
            for (int row = 0; row < group; ) {
                int rows = Math.min(BlockSoftmax.ROWS, Integer.highestOneBit(group - row));
                BlockSoftmax.emit(f, scores, Ir.i64(row), rows, _ -> visible, accumulator, factors);
                row += rows;
            }
            Ir values = f.offset(block, f.parameter(4));
            accumulate(scores, values, f.offset(next, f.parameter(4)), visible, accumulator, factors);
        });
    }

    /** Dot products of all rows with the 64 keys of a block. */
    private void scores(Ir scores, Ir keys, Ir nextKeys) {
        for (RegisterTile tile : RegisterTile.cut(shape.group(), KvLayout.BLOCK / FloatRow.LANES, simd.sums())) {
            List<Ir> dots = reader.eachElement(
                    keys,
                    new KvReader.Part(tile.firstVector(), tile.vectors()),
                    tile.first() ? List.of(nextKeys) : List.of(),
                    zeros(tile),
                    (element, vectors, sums) -> {
                        Ir row = f.offset(f.parameter(0), 4L * shape.headSize() * tile.firstRow());
                        return RowProducts.next(
                                f, tile, f.offset(row, f.shl(element, 2)), shape.headSize(), vectors, sums);
                    });
            RowProducts.store(f, tile, dots, scores, KvLayout.BLOCK);
        }
    }

    /** Weighted sum of the block's values, merged into the accumulator. */
    private void accumulate(
            Ir scores, Ir values, Ir nextValues, Ir visible, Accumulator accumulator, Accumulator.Factors factors) {
        for (RegisterTile tile : RegisterTile.cut(shape.group(), shape.valueVectors(), simd.sums())) {
            List<Ir> results = reader.eachPosition(
                    values,
                    new KvReader.Part(tile.firstVector(), tile.vectors()),
                    visible,
                    tile.first() ? List.of(nextValues) : List.of(),
                    zeros(tile),
                    (position, vectors, sums) -> {
                        Ir row = f.offset(scores, 4L * KvLayout.BLOCK * tile.firstRow());
                        return RowProducts.next(
                                f, tile, f.offset(row, f.shl(position, 2)), KvLayout.BLOCK, vectors, sums);
                    });
            RowProducts.merge(f, tile, results, Ir.i64(0), accumulator, factors);
        }
    }

    private static List<Ir> zeros(RegisterTile tile) {
        return Collections.nCopies(tile.sums(), Ir.zero(VECTOR));
    }

    private static void merge(IrFunction f, KvShape shape) {
        int group = shape.group();
        Ir first = f.parameter(0);
        Ir spans = f.parameter(2);
        // One span alone would be merged into nothing, which changes no bit.
        f.ifThen(
                f.icmp("eq", spans, Ir.i64(1)),
                () -> finish(f, shape, Accumulator.at(f, first, group, shape.valueStride()), f.parameter(3)));
        f.ifThen(f.icmp("ne", spans, Ir.i64(1)), () -> {
            Accumulator all = Accumulator.onStack(f, group, shape.valueStride());
            Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
            all.clear(Ir.i64(group));
            f.loop(Ir.i64(0), spans, 1, span -> {
                Ir place = f.offset(first, f.mul(span, f.parameter(1)));
                all.mergeAll(Accumulator.at(f, place, group, shape.valueStride()), Ir.i64(group), factors);
            });
            finish(f, shape, all, f.parameter(3));
        });
    }

    private static void token(IrFunction f, String span, KvShape shape) {
        int group = shape.group();
        Ir part = f.alloca(partialBytes(shape));
        Accumulator all = Accumulator.onStack(f, group, shape.valueStride());
        Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
        all.clear(Ir.i64(group));
        Ir end = f.parameter(5);
        f.loop(Ir.i64(0), end, KvLayout.SPAN, first -> {
            Ir last = KvBlock.spanEnd(f, first, end);
            f.callLocal(span, f.parameter(0), part, f.parameter(2), f.parameter(3), f.parameter(4), first, last);
            all.mergeAll(Accumulator.at(f, part, group, shape.valueStride()), Ir.i64(group), factors);
        });
        finish(f, shape, all, f.parameter(1));
    }

    private static void finish(IrFunction f, KvShape shape, Accumulator accumulator, Ir y) {
        f.loop(
                Ir.i64(0),
                Ir.i64(shape.group()),
                1,
                head -> accumulator.finish(
                        head, shape.headSize(), f.offset(y, f.mul(head, Ir.i64(4L * shape.headSize())))));
    }
}
