package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Attention of one token's query heads that share one KV head, block by block.
 *
 * <p>{@code void (ptr q, ptr y, ptr blocks, i64 keys, i64 values, i64 position)}: {@code q} rotated and scaled query heads, {@code y} where their results go,
 * {@code blocks} addresses of the sequence's KV blocks, {@code keys} and {@code values} where this layer and head start in a block.
 */
final class AttendKernel {
    /** Sums held in registers at once: enough to hide the latency of fma, few enough for 16 registers of 8 floats. */
    private static final int SUMS = 4;

    private static final int LINE = 64;
    private static final Type VECTOR = Type.FLOAT.times(FloatRow.LANES);

    private final KvShape shape;
    private final KvElement element;
    private final IrFunction f;
    private final Ir scores;
    private final Ir results;
    private final Ir maxima;
    private final Ir sums;
    private final Ir oldFactors;
    private final Ir newFactors;

    private AttendKernel(IrFunction f, Simd simd, KvShape shape) {
        this.f = f;
        this.shape = shape;
        this.element = new KvElement(shape.type(), simd.half());
        this.scores = f.alloca(4L * KvLayout.BLOCK * shape.group());
        this.results = f.alloca(4L * shape.valueStride() * shape.group());
        this.maxima = f.alloca(4L * shape.group());
        this.sums = f.alloca(4L * shape.group());
        this.oldFactors = f.alloca(4L * shape.group());
        this.newFactors = f.alloca(4L * shape.group());
    }

    static String emit(IrModule module, Simd simd, KvShape shape) {
        return module.function(
                "attend_" + shape.label(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64, Type.I64, Type.I64),
                f -> new AttendKernel(f, simd, shape).emit());
    }

    private void emit() {
        int group = shape.group();
        f.loop(Ir.i64(0), Ir.i64(group), 1, head -> {
            f.store(Ir.constant(Type.FLOAT, Float.NEGATIVE_INFINITY), word(maxima, head));
            f.store(Ir.constant(Type.FLOAT, 0f), word(sums, head));
        });
        f.loop(
                Ir.i64(0),
                Ir.i64((long) group * shape.valueStride()),
                FloatRow.LANES,
                i -> f.store(Ir.zero(VECTOR), word(results, i)));
        Ir end = f.add(f.parameter(5), Ir.i64(1));
        f.loop(Ir.i64(0), end, KvLayout.BLOCK, first -> {
            Ir block = f.load(Type.PTR, f.offset(f.parameter(2), f.lshr(first, 3))); // 8 bytes for each 64 positions
            Ir following = f.add(first, Ir.i64(KvLayout.BLOCK));
            Ir next = f.select(f.icmp("ult", following, end), following, first);
            Ir nextBlock = f.load(Type.PTR, f.offset(f.parameter(2), f.lshr(next, 3)));
            Ir left = f.sub(end, first);
            Ir valid = f.select(f.icmp("ult", left, Ir.i64(KvLayout.BLOCK)), left, Ir.i64(KvLayout.BLOCK));
            scores(f.offset(block, f.parameter(3)), f.offset(nextBlock, f.parameter(3)));
            f.loop(Ir.i64(0), Ir.i64(group), 1, head -> softmax(head, valid));
            accumulate(f.offset(block, f.parameter(4)), f.offset(nextBlock, f.parameter(4)), valid);
        });
        f.loop(Ir.i64(0), Ir.i64(group), 1, this::finish);
    }

    /**
     * Dot products of all query heads with the 64 keys of a block. The keys of the next block are asked for in passing: blocks
     * do not follow each other in memory, so the processor cannot foresee them.
     */
    private void scores(Ir keys, Ir nextKeys) {
        for (Tile tile : tiles(KvLayout.BLOCK / FloatRow.LANES)) {
            List<Ir> zeros = IntStream.range(0, tile.size())
                    .mapToObj(_ -> Ir.zero(VECTOR))
                    .toList();
            List<Ir> dots = f.loop(Ir.i64(0), Ir.i64(shape.headSize()), Ir.i64(1), zeros, (d, carried) -> {
                Ir rowOffset =
                        f.mul(d, Ir.i64((long) KvLayout.BLOCK * shape.type().bytes()));
                Ir row = f.offset(keys, rowOffset);
                prefetch(tile, f.offset(nextKeys, rowOffset), KvLayout.BLOCK);
                List<Ir> next = new ArrayList<>();
                for (int v = 0; v < tile.vectors; v++) {
                    Ir key = element.load(f, FloatRow.LANES, f.offset(row, vectorBytes(tile.firstVector + v)));
                    for (int h = 0; h < tile.heads; h++) {
                        Ir q = f.offset(f.parameter(0), 4L * shape.headSize() * (tile.firstHead + h));
                        Ir factor = f.splat(f.load(Type.FLOAT, word(q, d)), FloatRow.LANES);
                        next.add(f.fma(key, factor, carried.get(v * tile.heads + h)));
                    }
                }
                return next;
            });
            for (int v = 0; v < tile.vectors; v++) {
                for (int h = 0; h < tile.heads; h++) {
                    long place = 4L * (KvLayout.BLOCK * (tile.firstHead + h) + FloatRow.LANES * (tile.firstVector + v));
                    f.store(dots.get(v * tile.heads + h), f.offset(scores, place));
                }
            }
        }
    }

    /** Scores of one head to weights, and the factors for merging this block into the running result. */
    private void softmax(Ir head, Ir valid) {
        Ir row = f.offset(scores, f.mul(head, Ir.i64(4L * KvLayout.BLOCK)));
        int vectors = KvLayout.BLOCK / FloatRow.LANES;
        List<Ir> masks = new ArrayList<>();
        List<Ir> values = new ArrayList<>();
        Ir minusInfinity = Ir.constant(VECTOR, Float.NEGATIVE_INFINITY);
        Ir max = minusInfinity;
        for (int v = 0; v < vectors; v++) {
            masks.add(Elementary.lanesBefore(f, FloatRow.LANES, Ir.i64((long) v * FloatRow.LANES), valid));
            values.add(f.select(masks.get(v), f.load(VECTOR, row, (long) v * VECTOR.bytes()), minusInfinity));
            max = Elementary.max(f, max, values.get(v));
        }
        Ir blockMax = Elementary.maxOfLanes(f, max);
        Ir total = Ir.zero(VECTOR);
        for (int v = 0; v < vectors; v++) {
            Ir power = Elementary.exp(f, f.fsub(values.get(v), f.splat(blockMax, FloatRow.LANES)));
            power = f.select(masks.get(v), power, Ir.zero(VECTOR));
            f.store(power, f.offset(row, (long) v * VECTOR.bytes()));
            total = v == 0 ? power : f.fadd(total, power);
        }
        Ir blockSum = Elementary.sumOfLanes(f, total);
        Ir oldMax = f.load(Type.FLOAT, word(maxima, head));
        Ir newMax = Elementary.max(f, oldMax, blockMax);
        Ir oldFactor = Elementary.exp(f, f.fsub(oldMax, newMax));
        Ir newFactor = Elementary.exp(f, f.fsub(blockMax, newMax));
        Ir sum = f.fma(f.load(Type.FLOAT, word(sums, head)), oldFactor, f.fmul(blockSum, newFactor));
        f.store(newMax, word(maxima, head));
        f.store(sum, word(sums, head));
        f.store(oldFactor, word(oldFactors, head));
        f.store(newFactor, word(newFactors, head));
    }

    private void prefetch(Tile tile, Ir row, int elements) {
        if (tile.firstHead == 0 && tile.firstVector == 0) {
            for (int at = 0; at < elements * shape.type().bytes(); at += LINE) {
                f.prefetch(f.offset(row, at));
            }
        }
    }

    /** Weighted sum of the block's values, merged into the running results. */
    private void accumulate(Ir values, Ir nextValues, Ir valid) {
        for (Tile tile : tiles(shape.valueStride() / FloatRow.LANES)) {
            List<Ir> zeros = IntStream.range(0, tile.size())
                    .mapToObj(_ -> Ir.zero(VECTOR))
                    .toList();
            List<Ir> blockResults = f.loop(Ir.i64(0), valid, Ir.i64(1), zeros, (position, carried) -> {
                Ir rowOffset = f.mul(
                        position,
                        Ir.i64((long) shape.valueStride() * shape.type().bytes()));
                Ir row = f.offset(values, rowOffset);
                prefetch(tile, f.offset(nextValues, rowOffset), shape.valueStride());
                List<Ir> next = new ArrayList<>();
                for (int v = 0; v < tile.vectors; v++) {
                    Ir value = element.load(f, FloatRow.LANES, f.offset(row, vectorBytes(tile.firstVector + v)));
                    for (int h = 0; h < tile.heads; h++) {
                        Ir weights = f.offset(scores, 4L * KvLayout.BLOCK * (tile.firstHead + h));
                        Ir weight = f.splat(f.load(Type.FLOAT, word(weights, position)), FloatRow.LANES);
                        next.add(f.fma(weight, value, carried.get(v * tile.heads + h)));
                    }
                }
                return next;
            });
            for (int h = 0; h < tile.heads; h++) {
                int head = tile.firstHead + h;
                Ir oldFactor = f.splat(f.load(Type.FLOAT, oldFactors, 4L * head), FloatRow.LANES);
                Ir newFactor = f.splat(f.load(Type.FLOAT, newFactors, 4L * head), FloatRow.LANES);
                for (int v = 0; v < tile.vectors; v++) {
                    long element = (long) head * shape.valueStride() + (long) FloatRow.LANES * (tile.firstVector + v);
                    Ir place = f.offset(results, 4 * element);
                    Ir scaled = f.fmul(blockResults.get(v * tile.heads + h), newFactor);
                    f.store(f.fma(f.load(VECTOR, place), oldFactor, scaled), place);
                }
            }
        }
    }

    private void finish(Ir head) {
        Ir inverse = f.fdiv(Ir.constant(Type.FLOAT, 1f), f.load(Type.FLOAT, word(sums, head)));
        Ir from = f.offset(results, f.mul(head, Ir.i64(4L * shape.valueStride())));
        Ir to = f.offset(f.parameter(1), f.mul(head, Ir.i64(4L * shape.headSize())));
        // A vector would write into the next head where the head size is no multiple of 16.
        int lanes = shape.headSize() % FloatRow.LANES == 0 ? FloatRow.LANES : 0;
        Ir factor = lanes == 0 ? inverse : f.splat(inverse, lanes);
        f.loop(
                Ir.i64(0),
                Ir.i64(shape.headSize()),
                Math.max(1, lanes),
                i -> f.store(f.fmul(f.load(Type.FLOAT.times(lanes), word(from, i)), factor), word(to, i)));
    }

    private Ir word(Ir base, Ir index) {
        return f.offset(base, f.shl(index, 2));
    }

    private long vectorBytes(int vectors) {
        return (long) vectors * FloatRow.LANES * shape.type().bytes();
    }

    /** Heads and vectors whose sums are in registers together. */
    private record Tile(int firstHead, int heads, int firstVector, int vectors) {
        int size() {
            return heads * vectors;
        }
    }

    private List<Tile> tiles(int vectors) {
        List<Tile> tiles = new ArrayList<>();
        int heads = Math.min(SUMS, shape.group());
        int atOnce = Math.max(1, SUMS / heads);
        for (int head = 0; head < shape.group(); head += heads) {
            for (int vector = 0; vector < vectors; vector += atOnce) {
                tiles.add(new Tile(
                        head, Math.min(heads, shape.group() - head), vector, Math.min(atOnce, vectors - vector)));
            }
        }
        return tiles;
    }
}
