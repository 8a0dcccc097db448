package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Attention of several tokens of one sequence in one KV block: rows are all their query heads that share one KV head. Keys and
 * values of a block become floats once, for all rows.
 *
 * <p>{@code void (ptr q, i64 qStride, ptr y, i64 yStride, ptr blocks, i64 keys, i64 values, i64 position, i64 tokens, ptr sinks)}: {@code q} the first token's rotated and scaled
 * queries, {@code qStride} bytes from token to token, {@code position} of the first, {@code sinks} of the heads, if the model has any.
 */
final class AttendTileKernel {
    /** Rows that pay for the conversion of a block, while all that a core needs stays in its cache. */
    private static final int MOST_ROWS = 128;

    /** Elements of all rows together. */
    private static final int MOST_ELEMENTS = 16384;

    /** Rows of zeros after the last, since rows are taken several at a time. */
    private static final int PADDING = BlockSoftmax.ROWS;

    private static final int LANES = FloatRow.LANES;
    private static final int LANE_BITS = Integer.numberOfTrailingZeros(LANES);
    private static final Type VECTOR = Type.FLOAT.times(LANES);

    private final IrFunction f;
    private final AttendShape attend;
    private final KvShape shape;
    private final KvReader stored;
    private final KvReader floats;
    private final int scoreRows;
    private final List<RegisterTile> valueTiles;
    private final Ir position;
    private final Ir tokens;
    private final Ir rows;
    private final Ir queries;
    private final Ir scores;
    private final Ir keyFloats;
    private final Ir valueFloats;
    private final Accumulator span;
    private final Accumulator all;
    private final Accumulator.Factors factors;
    private final int sums;

    private AttendTileKernel(IrFunction f, Simd simd, AttendShape attend) {
        this.f = f;
        this.attend = attend;
        this.shape = attend.kv();
        this.sums = simd.sums();
        this.stored = new KvReader(f, shape, simd.half());
        this.floats = new KvReader(f, new KvShape(shape.group(), shape.headSize(), KvType.F32), simd.half());
        this.scoreRows = tiles(KvLayout.BLOCK / LANES).getFirst().rows();
        this.valueTiles = tiles(shape.valueVectors());
        this.position = f.parameter(7);
        this.tokens = f.parameter(8);
        this.rows = f.mul(tokens, Ir.i64(shape.group()));
        int most = mostRows(shape);
        this.queries = f.alloca(4L * most * shape.headSize());
        this.scores = f.alloca(4L * most * KvLayout.BLOCK);
        this.keyFloats = f.alloca(4L * shape.headSize() * KvLayout.BLOCK);
        this.valueFloats = f.alloca(4L * shape.valueStride() * KvLayout.BLOCK);
        this.span = Accumulator.onStack(f, most, shape.valueStride());
        this.all = Accumulator.onStack(f, most, shape.valueStride());
        this.factors = Accumulator.Factors.onStack(f, most);
    }

    /** Most tokens of a tile; 1 says that there is nothing to gain. */
    static int mostTokens(KvShape shape) {
        int rows = Math.min(MOST_ROWS, MOST_ELEMENTS / shape.headSize());
        return Math.clamp(rows / shape.group(), 1, KvLayout.BLOCK);
    }

    private static int mostRows(KvShape shape) {
        return mostTokens(shape) * shape.group() + PADDING;
    }

    /** Bytes of the stack; none where no tile has several tokens. */
    static long stackBytes(KvShape shape) {
        int rows = mostRows(shape);
        return mostTokens(shape) == 1
                ? 0
                : 4L * rows * (shape.headSize() + KvLayout.BLOCK)
                        + 4L * KvLayout.BLOCK * (shape.headSize() + shape.valueStride())
                        + 2 * Accumulator.bytes(rows, shape.valueStride());
    }

    static String emit(IrModule module, Simd simd, AttendShape shape) {
        return module.function(
                "attend_tile_" + shape.label(),
                List.of(
                        Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.I64, Type.I64, Type.I64,
                        Type.PTR),
                f -> new AttendTileKernel(f, simd, shape).emit());
    }

    private void emit() {
        gatherQueries();
        Ir paddedRows = f.add(rows, Ir.i64(PADDING));
        all.clear(paddedRows);
        Ir end = f.add(position, tokens);
        Ir seen = KvBlock.start(f, KvBlock.firstSeen(f, attend.scoring(), position));
        f.loop(KvBlock.spanStart(f, seen), end, KvLayout.SPAN, from -> {
            span.clear(paddedRows);
            Ir start = attend.windowed() ? f.umax(seen, from) : from;
            f.loop(start, KvBlock.spanEnd(f, from, end), KvLayout.BLOCK, first -> block(first, end));
            all.mergeAll(span, rows, factors);
        });
        eachToken(token -> f.loop(Ir.i64(0), Ir.i64(shape.group()), 1, head -> {
            Ir heads = f.offset(f.parameter(2), f.mul(token, f.parameter(3)));
            Ir y = f.offset(heads, f.mul(head, Ir.i64(4L * shape.headSize())));
            Ir sink = f.word(f.parameter(9), head);
            all.finish(f.add(f.mul(token, Ir.i64(shape.group())), head), attend, y, sink);
        }));
    }

    /** Brings the queries of all rows next to each other, and zeros after them. */
    private void gatherQueries() {
        int elements = shape.group() * shape.headSize();
        int lanes = elements % LANES == 0 ? LANES : 0;
        eachToken(token -> {
            Ir from = f.offset(f.parameter(0), f.mul(token, f.parameter(1)));
            Ir to = f.offset(queries, f.mul(token, Ir.i64(4L * elements)));
            f.loop(
                    Ir.i64(0),
                    Ir.i64(elements),
                    Math.max(1, lanes),
                    i -> f.store(f.load(Type.FLOAT.times(lanes), f.word(from, i)), f.word(to, i)));
        });
        Ir padding = f.word(queries, f.mul(tokens, Ir.i64(elements)));
        f.loop(
                Ir.i64(0),
                Ir.i64((long) PADDING * shape.headSize()),
                1,
                i -> f.store(Ir.constant(Type.FLOAT, 0f), f.word(padding, i)));
    }

    private void block(Ir first, Ir end) {
        Ir block = KvBlock.address(f, f.parameter(4), first);
        Ir next = KvBlock.following(f, f.parameter(4), first, end);
        // A token sees all of a block unless the block is its own; then each token has another end.
        Ir whole = f.icmp("ule", f.add(first, Ir.i64(KvLayout.BLOCK - 1)), position);
        Ir own = f.icmp("ugt", f.add(first, Ir.i64(KvLayout.BLOCK - 1)), position);
        Ir keys = keys(block, next);
        f.ifThen(whole, () -> eachRows(scoreRows, row -> scores(scoreTiles(KvLayout.BLOCK / LANES), row, keys)));
        f.ifThen(own, () -> eachRows(scoreRows, row -> scoresOfOwn(row, keys, first)));
        if (attend.windowed()) {
            eachRows(BlockSoftmax.ROWS, row -> softmax(row, i -> seen(row, i, first)));
        } else {
            f.ifThen(whole, () -> eachRows(BlockSoftmax.ROWS, row -> softmax(row, _ -> BlockSoftmax.Seen.ALL)));
            f.ifThen(own, () -> eachRows(BlockSoftmax.ROWS, row -> softmax(row, i -> seen(row, i, first))));
        }
        Ir values = values(block, next);
        f.ifThen(
                whole,
                () -> eachRows(
                        valueTiles.getFirst().rows(),
                        row -> accumulate(row, tile -> sums(tile, row, values, Ir.i64(KvLayout.BLOCK)))));
        f.ifThen(own, () -> eachRows(valueTiles.getFirst().rows(), row -> accumulateOwn(row, values, first)));
    }

    /** Scores of rows in their own block, of those vectors of positions of which some row sees something. */
    private void scoresOfOwn(Ir row, Ir keys, Ir first) {
        Ir vectors = f.lshr(f.add(f.sub(lastEnd(row, scoreRows), first), Ir.i64(LANES - 1)), LANE_BITS);
        for (int seen = 1; seen <= KvLayout.BLOCK / LANES; seen++) {
            List<RegisterTile> tiles = scoreTiles(seen);
            f.ifThen(f.icmp("eq", vectors, Ir.i64(seen)), () -> scores(tiles, row, keys));
        }
    }

    /**
     * Weighted sums of rows in their own block, in which each has another end: all rows up to the first row's end, and from there each up to its own. What lies behind the
     * end of the last token may be anything.
     */
    private void accumulateOwn(Ir row, Ir values, Ir first) {
        Ir firstEnd = f.sub(end(row), first);
        Ir lastEnd = f.sub(lastEnd(row, valueTiles.getFirst().rows()), first);
        accumulate(
                row,
                tile -> floats.eachPosition(
                        values,
                        new KvReader.Part(tile.firstVector(), tile.vectors()),
                        firstEnd,
                        lastEnd,
                        sums(tile, row, values, firstEnd),
                        (at, vectors, sums) -> {
                            List<Ir> next = nextSums(tile, row, at, vectors, sums);
                            return tile.select(
                                    f, i -> f.icmp("ult", f.add(at, first), end(f.add(row, Ir.i64(i)))), next, sums);
                        }));
    }

    /** The position after the last that a row sees. */
    private Ir end(Ir row) {
        return f.add(f.add(position, f.udiv(row, Ir.i64(shape.group()))), Ir.i64(1));
    }

    /** The position after the last that any of some rows sees. */
    private Ir lastEnd(Ir row, int count) {
        Ir last = f.add(row, Ir.i64(count - 1L));
        return end(f.umin(last, f.sub(rows, Ir.i64(1))));
    }

    /** The block's keys as floats. */
    private Ir keys(Ir block, Ir nextBlock) {
        Ir keys = f.offset(block, f.parameter(5));
        if (shape.type() == KvType.F32) {
            return keys;
        }
        stored.eachElement(
                keys,
                KvReader.Part.all(KvLayout.BLOCK / LANES),
                List.of(f.offset(nextBlock, f.parameter(5))),
                List.of(),
                (element, vectors, _) -> storeRow(keyFloats, element, KvLayout.BLOCK, vectors));
        return keyFloats;
    }

    /** The block's values as floats. */
    private Ir values(Ir block, Ir nextBlock) {
        Ir values = f.offset(block, f.parameter(6));
        if (shape.type() == KvType.F32) {
            return values;
        }
        stored.eachPosition(
                values,
                KvReader.Part.all(shape.valueVectors()),
                Ir.i64(KvLayout.BLOCK),
                List.of(f.offset(nextBlock, f.parameter(6))),
                List.of(),
                (position, vectors, _) -> storeRow(valueFloats, position, shape.valueStride(), vectors));
        return valueFloats;
    }

    private List<Ir> storeRow(Ir base, Ir row, int stride, List<Ir> vectors) {
        Ir place = f.offset(base, f.mul(row, Ir.i64(4L * stride)));
        for (int v = 0; v < vectors.size(); v++) {
            f.store(vectors.get(v), f.offset(place, (long) v * VECTOR.bytes()));
        }
        return List.of();
    }

    private void scores(List<RegisterTile> tiles, Ir row, Ir keys) {
        Ir rowQueries = f.word(queries, f.mul(row, Ir.i64(shape.headSize())));
        Ir rowScores = f.word(scores, f.mul(row, Ir.i64(KvLayout.BLOCK)));
        for (RegisterTile tile : tiles) {
            List<Ir> dots = floats.eachElement(
                    keys,
                    new KvReader.Part(tile.firstVector(), tile.vectors()),
                    List.of(),
                    tile.zeros(),
                    (element, vectors, sums) ->
                            RowProducts.next(f, tile, f.word(rowQueries, element), shape.headSize(), vectors, sums));
            RowProducts.store(f, tile, dots, rowScores, KvLayout.BLOCK);
        }
    }

    private void softmax(Ir row, IntFunction<BlockSoftmax.Seen> seen) {
        BlockSoftmax.emit(
                f, scores, row, BlockSoftmax.ROWS, seen, attend.scoring().cap(), span, factors);
    }

    /** What the row {@code i} after another sees of a block. */
    private BlockSoftmax.Seen seen(Ir row, int i, Ir first) {
        Ir end = f.sub(end(f.add(row, Ir.i64(i))), first);
        int window = attend.scoring().window();
        return new BlockSoftmax.Seen(
                attend.windowed() ? Optional.of(f.sub(end, Ir.i64(window))) : Optional.empty(), Optional.of(end));
    }

    /** Merges weighted sums of values for rows from {@code row} on into the span. */
    private void accumulate(Ir row, Function<RegisterTile, List<Ir>> sums) {
        for (RegisterTile tile : valueTiles) {
            RowProducts.merge(f, tile, sums.apply(tile), row, span, factors);
        }
    }

    /** Weighted sums of the values before {@code end}. */
    private List<Ir> sums(RegisterTile tile, Ir row, Ir values, Ir end) {
        return floats.eachPosition(
                values,
                new KvReader.Part(tile.firstVector(), tile.vectors()),
                end,
                List.of(),
                tile.zeros(),
                (at, vectors, sums) -> nextSums(tile, row, at, vectors, sums));
    }

    private List<Ir> nextSums(RegisterTile tile, Ir row, Ir at, List<Ir> vectors, List<Ir> sums) {
        Ir weights = f.word(scores, f.mul(row, Ir.i64(KvLayout.BLOCK)));
        return RowProducts.next(f, tile, f.word(weights, at), KvLayout.BLOCK, vectors, sums);
    }

    private void eachRows(int step, Consumer<Ir> body) {
        f.loop(Ir.i64(0), rows, step, body);
    }

    private void eachToken(Consumer<Ir> body) {
        f.loop(Ir.i64(0), tokens, 1, body);
    }

    /** Tiles of scores with some vectors of positions; rows are as many for each number of vectors. */
    private List<RegisterTile> scoreTiles(int vectors) {
        return RegisterTile.cut(scoreRows, vectors, Math.max(sums, scoreRows));
    }

    /** Tiles of as many rows as can share the vectors of a row of four. */
    private List<RegisterTile> tiles(int vectors) {
        int atOnce = Math.min(4, Math.min(vectors, Math.max(1, sums / 6)));
        int rowsAtOnce = Math.min(PADDING, Math.max(1, sums / atOnce));
        return RegisterTile.cut(rowsAtOnce, vectors, rowsAtOnce * atOnce);
    }
}
