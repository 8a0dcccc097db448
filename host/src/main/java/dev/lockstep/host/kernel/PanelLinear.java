package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.Locale;

/**
 * Some tiles of 16 rows of a quantised matrix times the rows of several tokens. Some columns of the tiles are unpacked at a time and then multiplied
 * with all tokens.
 *
 * <p>Emitted as {@code void (ptr tile, ptr panels, i64 tokens, ptr y, i64 yStride, ptr scratch, i64 lane)}: {@code tile} is the first unit of the first tile of packed rows,
 * {@code panels} are the {@linkplain QuantPanel panels} of up to {@link #MAX_TOKENS} tokens, {@code y} is where the results of the first token
 * go, 16 for each tile; those of the next go {@code yStride} bytes further. {@code scratch} has {@link #SCRATCH_BYTES}. The first token is number {@code lane} of its panel.
 */
final class PanelLinear {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    /** Most tokens of a call. */
    static final int MAX_TOKENS = 256;

    /** Most tiles of a call. */
    static final int MAX_TILES = 2;

    /** Bytes farther ahead that memory is asked for weights with few tokens. */
    private static final int FARTHER = 2 << 10;

    /** Unpacked weights, and sums of each segment of each token. */
    static final int SCRATCH_BYTES = MAX_TILES * (UnpackedBlock.MAX_BYTES + Segments.MAX * MAX_TOKENS * FLOATS.bytes());

    /** So many calls of {@link BlockProducts} for a range ask for nothing new. */
    private static final Ir LATE_CALLS = Ir.i64(2);

    private final IrFunction f;
    private final Simd simd;
    private final QuantLayout layout;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final Segments segments;
    private final int tiles;
    private final int mostTokens;
    private final Ir askStep;

    private PanelLinear(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel, int tiles) {
        this.f = f;
        this.simd = simd;
        this.layout = layout;
        this.unpacked = UnpackedBlock.of(simd, layout);
        this.panel = panel;
        this.segments = Segments.of(panel.width(), layout.columns());
        this.tiles = tiles;
        mostTokens = simd.blockTokens(panel.planes(), simd.rowTiles());
        askStep = askStep();
    }

    static String emit(IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns, int tiles) {
        String name = "linear_%s_%s_%d_x%d".formatted(layout, kind.text(), columns, tiles);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR, Type.I64),
                f -> new PanelLinear(f, simd, layout, QuantPanel.of(kind, columns, QuantPanel.TOKENS), tiles).emit());
    }

    /** Tokens that a call had best take: several panels, as long as they stay in the cache from tile to tile with those fields that are read. */
    static int tokens(Simd simd, RowKind kind, int columns) {
        int tokenBytes = QuantPanel.of(kind, columns, 1).planes() * (columns + columns / QuantLayout.BLOCK * 8);
        int panels = simd.cacheBytes() / tokenBytes / QuantPanel.TOKENS;
        return Math.clamp(panels, 1, MAX_TOKENS / QuantPanel.TOKENS) * QuantPanel.TOKENS;
    }

    private void emit() {
        segments.eachRange(f, unpacked.units(), (range, segment) -> {
            unpack(range);
            multiply(range, new Sums(range, segment));
        });
    }

    private void unpack(Segments.Range range) {
        Ir packed = f.offset(f.parameter(0), f.mul(range.unit(), Ir.i64(layout.unitBytes())));
        String unpack = UnpackKernel.emit(f.module(), simd, unpacked, BlockBias.of(simd, layout), false);
        for (int tile = 0; tile < tiles; tile++) {
            f.callLocal(
                    unpack,
                    f.offset(packed, tile * tileBytes()),
                    range.count(),
                    f.offset(f.parameter(5), (long) tile * UnpackedBlock.MAX_BYTES));
        }
    }

    private void multiply(Segments.Range range, Sums sums) {
        if (simd.rowTiles() > 1) {
            multiply(range, sums, 1);
            return;
        }
        int lines = (layout.unitBytes() / layout.blocks() + ReadAhead.LINE - 1) / ReadAhead.LINE;
        Ir few = f.icmp("ule", f.parameter(2), Ir.i64(mostTokens * lines / 2L));
        f.ifElse(few, () -> multiply(range, sums, lines), () -> multiply(range, sums, 1));
    }

    /**
     * @param lines that each block asks for: one, or, with at most half as many calls as a block has lines, all of a block in the first call and {@link #FARTHER} ahead, since these products
     *     take no longer than memory
     */
    private void multiply(Segments.Range range, Sums sums, int lines) {
        Ir tokens = f.parameter(2);
        f.loop(
                Ir.i64(0),
                f.and(tokens, Ir.i64(-mostTokens)),
                mostTokens,
                token -> addBlocks(range, sums, lines, token, mostTokens));
        for (int size = mostTokens / 2; size >= 1; size /= 2) {
            int few = size;
            f.ifThen(
                    f.icmp("ne", f.and(tokens, Ir.i64(few)), Ir.i64(0)),
                    () -> addBlocks(range, sums, lines, f.and(tokens, Ir.i64(-2L * few)), few));
        }
    }

    /**
     * By how many bytes what a block asks memory for lies after what the block before asked for, so that calls ask for what comes next evenly: each takes about as many columns as
     * this range, and what the last calls asked for would come late.
     */
    private Ir askStep() {
        Ir calls = f.udiv(f.parameter(2), Ir.i64(mostTokens));
        Ir most = Ir.i64(ReadAhead.LINE);
        Ir blockBytes = Ir.i64(layout.unitBytes() / layout.blocks());
        Ir step = f.udiv(blockBytes, f.select(f.icmp("ugt", calls, LATE_CALLS), f.sub(calls, LATE_CALLS), Ir.i64(1)));
        return f.select(f.icmp("ult", step, most), f.add(step, Ir.i64(1)), most);
    }

    private void addBlocks(Segments.Range range, Sums sums, int lines, Ir token, int tokens) {
        Ir block = f.mul(range.unit(), Ir.i64(layout.blocks()));
        Ir blocks = f.mul(range.count(), Ir.i64(layout.blocks()));
        Ir asked = lines == 1 ? f.mul(f.mul(f.udiv(token, Ir.i64(mostTokens)), blocks), askStep) : Ir.i64(FARTHER);
        Ir step = lines == 1
                ? askStep
                : f.select(f.icmp("eq", token, Ir.i64(0)), Ir.i64((long) lines * ReadAhead.LINE), Ir.i64(0));
        Ir number = f.add(f.parameter(6), token);
        Ir place = f.offset(f.parameter(1), f.mul(f.udiv(number, Ir.i64(QuantPanel.TOKENS)), Ir.i64(panel.bytes())));
        Ir lane = f.urem(number, Ir.i64(QuantPanel.TOKENS));
        Ir quants = f.add(f.mul(block, Ir.i64(panel.blockBytes())), f.mul(lane, Ir.i64(QuantLayout.BLOCK)));
        Ir fields = f.add(f.mul(block, Ir.i64(panel.fieldsBytes())), f.mul(lane, Ir.i64(Integer.BYTES)));
        f.callLocal(
                BlockProducts.emit(f.module(), simd, layout, panel, tiles, tokens, lines),
                f.parameter(5),
                blocks,
                f.offset(place, quants),
                f.offset(f.offset(place, panel.fieldsOffset()), fields),
                Ir.i64(panel.planeBytes()),
                sums.waiting(sums.level, token),
                range.first(),
                f.offset(next(range, sums), asked),
                Ir.i64(tileBytes()),
                step,
                sums.waiting(Ir.i64(0), token),
                sums.merged,
                Ir.i64(levelBytes()),
                sums.to(token),
                sums.stride());
    }

    /** What will be unpacked next: the units after these, and after the last ones those of the next tiles. */
    private Ir next(Segments.Range range, Sums sums) {
        Ir after = f.mul(f.add(range.unit(), range.count()), Ir.i64(layout.unitBytes()));
        return f.offset(f.parameter(0), f.select(sums.total, Ir.i64(tiles * tileBytes()), after));
    }

    private long tileBytes() {
        return Packer.tileBytes(layout.type(), panel.width());
    }

    private long levelBytes() {
        return (long) MAX_TOKENS * tiles * FLOATS.bytes();
    }

    /**
     * Where the sums of a range of columns go: to {@code y} if they are the last ones, or to the scratch, to wait for others. There a token's sums have a place for each
     * level of the tree of segments, and at most one of each level waits. Those of a segment that is not finished are where the segment's will be.
     */
    private final class Sums {
        private final Ir level;
        private final Ir merged;
        private final Ir total;

        Sums(Segments.Range range, Ir segment) {
            level = segments.complete(f, segment);
            merged = f.select(range.last(), level, Ir.i64(0));
            total = f.and(range.last(), f.icmp("eq", segment, Ir.i64(segments.segments() - 1L)));
        }

        Ir waiting(Ir level, Ir token) {
            Ir all = f.offset(f.parameter(5), (long) tiles * UnpackedBlock.MAX_BYTES);
            Ir ofLevel = f.offset(all, f.mul(level, Ir.i64(levelBytes())));
            return f.offset(ofLevel, f.mul(token, Ir.i64((long) tiles * FLOATS.bytes())));
        }

        Ir to(Ir token) {
            return f.select(total, f.offset(f.parameter(3), f.mul(token, f.parameter(4))), waiting(level, token));
        }

        /** Bytes from a token's sums to those of the next. */
        Ir stride() {
            return f.select(total, f.parameter(4), Ir.i64((long) tiles * FLOATS.bytes()));
        }
    }
}
