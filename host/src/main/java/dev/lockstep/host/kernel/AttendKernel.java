package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.Optional;

/**
 * Attention of one token: its query heads that share one KV head, which are the rows here. Keys and values are converted on the
 * way from memory to registers.
 */
final class AttendKernel {
    private final IrFunction f;
    private final Simd simd;
    private final AttendShape attend;
    private final KvShape shape;
    private final KvReader reader;

    private AttendKernel(IrFunction f, Simd simd, AttendShape attend) {
        this.f = f;
        this.simd = simd;
        this.attend = attend;
        this.shape = attend.kv();
        this.reader = new KvReader(f, shape, simd.half());
    }

    /** Bytes of an accumulator of one KV head. */
    static long partialBytes(KvShape shape) {
        return Accumulator.bytes(shape.group(), shape.valueStride());
    }

    /** Bytes of the stack for {@link #emitToken}: two accumulators and what a span needs. */
    static long stackBytes(KvShape shape) {
        return 2 * partialBytes(shape) + scoreBytes(shape);
    }

    private static long scoreBytes(KvShape shape) {
        return 4L * KvLayout.BLOCK * shape.group();
    }

    /**
     * Attention to positions of one span.
     *
     * <p>{@code void (ptr q, ptr accumulator, ptr blocks, i64 keys, i64 values, i64 first, i64 end)}: {@code q} rotated and scaled query heads, {@code blocks} addresses
     * of the sequence's KV blocks, {@code keys} and {@code values} where this layer and head start in a block; {@code first} is the span's first position,
     * or the first of the window.
     */
    static String emitSpan(IrModule module, Simd simd, AttendShape shape) {
        return module.function(
                "attend_span_" + shape.label(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64, Type.I64, Type.I64),
                f -> new AttendKernel(f, simd, shape).span());
    }

    /**
     * Merges spans.
     *
     * <p>{@code void (ptr accumulators, i64 stride, i64 spans, ptr y, ptr sinks)}: accumulators {@code stride} bytes apart, {@code y} where the heads' results go,
     * {@code sinks} of the heads, if the model has any.
     */
    static String emitMerge(IrModule module, AttendShape shape) {
        return module.function(
                "merge_spans_" + shape.label(),
                List.of(Type.PTR, Type.I64, Type.I64, Type.PTR, Type.PTR),
                f -> merge(f, shape));
    }

    /**
     * Attention to all spans.
     *
     * <p>{@code void (ptr q, ptr y, ptr blocks, i64 keys, i64 values, i64 end, ptr sinks)}.
     */
    static String emitToken(IrModule module, Simd simd, AttendShape shape) {
        String span = emitSpan(module, simd, shape);
        return module.function(
                "attend_token_" + shape.label(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64, Type.I64, Type.PTR),
                f -> token(f, span, shape));
    }

    private void span() {
        int group = shape.group();
        Ir scores = f.alloca(scoreBytes(shape));
        Accumulator accumulator = Accumulator.at(f, f.parameter(1), group, shape.valueStride());
        Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
        accumulator.clear(Ir.i64(group));
        Ir from = f.parameter(5);
        Ir end = f.parameter(6);
        f.loop(attend.windowed() ? KvBlock.start(f, from) : from, end, KvLayout.BLOCK, first -> {
            Ir block = KvBlock.address(f, f.parameter(2), first);
            Ir next = KvBlock.following(f, f.parameter(2), first, end);
            Ir visible = KvBlock.positions(f, first, end);
            Optional<Ir> seen = attend.windowed() ? Optional.of(f.sub(from, first)) : Optional.empty();
            scores(scores, f.offset(block, f.parameter(3)), f.offset(next, f.parameter(3)));
            for (int row = 0; row < group; ) {
                int rows = Math.min(BlockSoftmax.ROWS, Integer.highestOneBit(group - row));
                BlockSoftmax.emit(
                        f,
                        scores,
                        Ir.i64(row),
                        rows,
                        _ -> new BlockSoftmax.Seen(seen, Optional.of(visible)),
                        attend.scoring().cap(),
                        accumulator,
                        factors);
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
                    tile.zeros(),
                    (element, vectors, sums) -> {
                        Ir row = f.offset(f.parameter(0), 4L * shape.headSize() * tile.firstRow());
                        return RowProducts.next(f, tile, f.word(row, element), shape.headSize(), vectors, sums);
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
                    tile.zeros(),
                    (position, vectors, sums) -> {
                        Ir row = f.offset(scores, 4L * KvLayout.BLOCK * tile.firstRow());
                        return RowProducts.next(f, tile, f.word(row, position), KvLayout.BLOCK, vectors, sums);
                    });
            RowProducts.merge(f, tile, results, Ir.i64(0), accumulator, factors);
        }
    }

    private static void merge(IrFunction f, AttendShape shape) {
        int group = shape.kv().group();
        int stride = shape.kv().valueStride();
        Ir first = f.parameter(0);
        Ir spans = f.parameter(2);
        // One span alone would be merged into nothing, which changes no bit.
        f.ifElse(
                f.icmp("eq", spans, Ir.i64(1)),
                () -> finish(f, shape, Accumulator.at(f, first, group, stride), f.parameter(3), f.parameter(4)),
                () -> {
                    Accumulator all = Accumulator.onStack(f, group, stride);
                    Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
                    all.clear(Ir.i64(group));
                    f.loop(Ir.i64(0), spans, 1, span -> {
                        Ir place = f.offset(first, f.mul(span, f.parameter(1)));
                        all.mergeAll(Accumulator.at(f, place, group, stride), Ir.i64(group), factors);
                    });
                    finish(f, shape, all, f.parameter(3), f.parameter(4));
                });
    }

    private static void token(IrFunction f, String span, AttendShape shape) {
        int group = shape.kv().group();
        int stride = shape.kv().valueStride();
        Ir part = f.alloca(partialBytes(shape.kv()));
        Accumulator all = Accumulator.onStack(f, group, stride);
        Accumulator.Factors factors = Accumulator.Factors.onStack(f, group);
        all.clear(Ir.i64(group));
        Ir end = f.parameter(5);
        Ir seen = KvBlock.firstSeen(f, shape.scoring(), f.sub(end, Ir.i64(1)));
        f.loop(KvBlock.spanStart(f, seen), end, KvLayout.SPAN, start -> {
            Ir last = KvBlock.spanEnd(f, start, end);
            Ir first = shape.windowed() ? f.umax(seen, start) : start;
            f.callLocal(span, f.parameter(0), part, f.parameter(2), f.parameter(3), f.parameter(4), first, last);
            all.mergeAll(Accumulator.at(f, part, group, stride), Ir.i64(group), factors);
        });
        finish(f, shape, all, f.parameter(1), f.parameter(6));
    }

    private static void finish(IrFunction f, AttendShape shape, Accumulator accumulator, Ir y, Ir sinks) {
        f.loop(Ir.i64(0), Ir.i64(shape.kv().group()), 1, head -> {
            Ir result = f.offset(y, f.mul(head, Ir.i64(4L * shape.kv().headSize())));
            accumulator.finish(head, shape, result, f.word(sinks, head));
        });
    }
}
