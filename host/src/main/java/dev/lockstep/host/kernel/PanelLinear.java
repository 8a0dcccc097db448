package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.Locale;

/**
 * 16 rows of a quantised matrix times the rows of several tokens. Some columns of the tile are unpacked at a time and then multiplied
 * with all tokens.
 *
 * <p>Emitted as {@code void (ptr tile, ptr panels, i64 tokens, ptr y, i64 yStride, ptr scratch)}: {@code tile} is the first unit of 16 packed rows,
 * {@code panels} are the {@linkplain QuantPanel panels} of up to {@link #tokens} tokens, {@code y} is where the 16 results of the first token
 * go; those of the next go {@code yStride} bytes further. {@code scratch} has {@link #SCRATCH_BYTES}.
 */
final class PanelLinear {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    private static final int MAX_TOKENS = 256;

    /** What is left behind whole panels of tiles is computed as if it were so many tokens, at least. */
    private static final int LEAST_TILE_TOKENS = 4;

    /** Unpacked weights, and sums of each segment of each token. */
    static final int SCRATCH_BYTES = UnpackedBlock.MAX_BYTES + Segments.MAX * MAX_TOKENS * FLOATS.bytes();

    private final IrFunction f;
    private final Simd simd;
    private final boolean tiles;
    private final QuantLayout layout;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final Segments segments;

    private PanelLinear(IrFunction f, Simd simd, boolean tiles, QuantLayout layout, QuantPanel panel) {
        this.f = f;
        this.simd = simd;
        this.tiles = tiles;
        this.layout = layout;
        this.unpacked = new UnpackedBlock(layout);
        this.panel = panel;
        this.segments = Segments.of(panel.width(), layout.columns());
    }

    /** @param tiles whether products are made by {@link TileProducts}, which take no fewer tokens than a panel has */
    static String emit(IrModule module, Simd simd, boolean tiles, QuantLayout layout, RowKind kind, int columns) {
        String name = "%s_%s_%s_%d".formatted(tiles ? "tiled" : "linear", layout, kind.text(), columns);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR),
                f -> new PanelLinear(f, simd, tiles, layout, QuantPanel.of(kind, columns, QuantPanel.TOKENS)).emit());
    }

    /** Most tokens of a call: several panels, as long as they stay in the cache from tile to tile with those fields that are read. */
    static int tokens(Simd simd, RowKind kind, int columns) {
        int tokenBytes = QuantPanel.of(kind, columns, 1).planes() * (columns + columns / QuantLayout.BLOCK * 8);
        int panels = simd.cacheBytes() / tokenBytes / QuantPanel.TOKENS;
        return Math.clamp(panels, 1, MAX_TOKENS / QuantPanel.TOKENS) * QuantPanel.TOKENS;
    }

    private void emit() {
        f.loop(Ir.i64(0), Ir.i64(segments.segments()), 1, segment -> {
            Ir from = segments.firstUnit(f, segment);
            Ir to = segments.firstUnit(f, f.add(segment, Ir.i64(1)));
            f.loop(from, to, unpacked.units(), unit -> {
                Ir rest = f.sub(to, unit);
                Ir most = Ir.i64(unpacked.units());
                addUnits(unit, f.select(f.icmp("slt", rest, most), rest, most), segment, f.icmp("eq", unit, from));
            });
        });
        f.loop(Ir.i64(0), f.parameter(2), 1, token -> {
            Ir total = segments.total(f, segment -> f.load(FLOATS, sum(Ir.i64(segment), token)));
            f.store(total, f.offset(f.parameter(3), f.mul(token, f.parameter(4))));
        });
    }

    /** Where the sum of a segment and token is. */
    private Ir sum(Ir segment, Ir token) {
        Ir sums = f.offset(f.parameter(5), UnpackedBlock.MAX_BYTES);
        return f.offset(sums, f.mul(f.add(f.mul(segment, Ir.i64(MAX_TOKENS)), token), Ir.i64(FLOATS.bytes())));
    }

    private void addUnits(Ir unit, Ir count, Ir segment, Ir first) {
        Ir packed = f.offset(f.parameter(0), f.mul(unit, Ir.i64(layout.unitBytes())));
        int bias = tiles ? 0 : BlockBias.of(simd, layout);
        f.callLocal(UnpackKernel.emit(f.module(), simd, layout, bias), packed, count, f.parameter(5));
        Ir block = f.mul(unit, Ir.i64(layout.blocks()));
        Ir blocks = f.mul(count, Ir.i64(layout.blocks()));
        Ir tokens = f.parameter(2);
        int most = tiles ? QuantPanel.TOKENS : simd.blockTokens(panel.planes());
        f.loop(
                Ir.i64(0),
                f.and(tokens, Ir.i64(-most)),
                most,
                token -> addBlocks(products(most), block, blocks, sum(segment, token), first, token));
        if (tiles) {
            Ir token = f.and(tokens, Ir.i64(-most));
            Ir rest = f.sub(tokens, token);
            for (int size = most, less; size > 0; size = less) {
                less = size > LEAST_TILE_TOKENS ? size / 2 : 0;
                String products = products(size);
                Ir fits = f.icmp("ult", f.sub(rest, Ir.i64(less + 1)), Ir.i64(size - less));
                f.ifThen(fits, () -> addBlocks(products, block, blocks, sum(segment, token), first, token));
            }
            return;
        }
        for (int size = most / 2; size >= 1; size /= 2) {
            int few = size;
            Ir token = f.and(tokens, Ir.i64(-2L * few));
            f.ifThen(
                    f.icmp("ne", f.and(tokens, Ir.i64(few)), Ir.i64(0)),
                    () -> addBlocks(products(few), block, blocks, sum(segment, token), first, token));
        }
    }

    private String products(int tokens) {
        return tiles
                ? TileProducts.emit(f.module(), layout, panel, tokens)
                : BlockProducts.emit(f.module(), simd, layout, panel, tokens);
    }

    /** @param products the kernel that does it, for as many tokens as it takes */
    private void addBlocks(String products, Ir block, Ir blocks, Ir sums, Ir first, Ir token) {
        Ir place = f.offset(f.parameter(1), f.mul(f.udiv(token, Ir.i64(QuantPanel.TOKENS)), Ir.i64(panel.bytes())));
        Ir lane = f.urem(token, Ir.i64(QuantPanel.TOKENS));
        Ir quants = f.add(f.mul(block, Ir.i64(panel.blockBytes())), f.mul(lane, Ir.i64(QuantLayout.BLOCK)));
        Ir fields = f.add(f.mul(block, Ir.i64(panel.fieldsBytes())), f.mul(lane, Ir.i64(Integer.BYTES)));
        f.callLocal(
                products,
                f.parameter(5),
                blocks,
                f.offset(place, quants),
                f.offset(f.offset(place, panel.fieldsOffset()), fields),
                Ir.i64(panel.planeBytes()),
                sums,
                first);
    }
}
