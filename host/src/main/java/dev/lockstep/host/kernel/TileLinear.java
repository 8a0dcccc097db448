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
 * What {@link PanelLinear} does, with AMX and for two tiles of rows at once.
 *
 * <p>Emitted as {@code void (ptr tile, ptr panels, i64 tokens, ptr y, i64 yStride, ptr scratch, i64 second)}: the second tile lies {@code second} bytes
 * after the first one; 0 if there is no other, and nothing is stored for it. Whole panels are computed, whatever lies behind the last token.
 */
final class TileLinear {
    /** Tiles of rows at once. */
    static final int ROW_TILES = 2;

    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);

    /** Bytes of the sums of each segment and token of a tile. */
    static final int SUMS_BYTES = Segments.MAX * PanelLinear.MAX_TOKENS * FLOATS.bytes();

    static final int SCRATCH_BYTES = ROW_TILES * (UnpackedBlock.MAX_BYTES + SUMS_BYTES);

    private final IrFunction f;
    private final Simd simd;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final Segments segments;
    private final Ir second;

    private TileLinear(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel) {
        this.f = f;
        this.simd = simd;
        this.unpacked = UnpackedBlock.ofTiles(layout);
        this.panel = panel;
        this.segments = Segments.of(panel.width(), layout.columns());
        this.second = f.parameter(6);
    }

    static String emit(IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns) {
        String name = "tiled_%s_%s_%d".formatted(layout, kind.text(), columns);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR, Type.I64),
                f -> new TileLinear(f, simd, layout, QuantPanel.of(kind, columns, QuantPanel.TOKENS)).emit());
    }

    private void emit() {
        segments.eachRange(f, unpacked.units(), (range, segment) -> {
            for (int tile = 0; tile < ROW_TILES; tile++) {
                unpack(range, tile);
            }
            multiply(range, segment);
        });
        storeTotals(0);
        f.ifThen(f.icmp("ne", second, Ir.i64(0)), () -> storeTotals(1));
    }

    private void unpack(Segments.Range range, int tile) {
        QuantLayout layout = unpacked.layout();
        Ir first = tile == 0 ? f.parameter(0) : f.offset(f.parameter(0), second);
        Ir packed = f.offset(first, f.mul(range.unit(), Ir.i64(layout.unitBytes())));
        Ir place = f.offset(f.parameter(5), (long) tile * UnpackedBlock.MAX_BYTES);
        f.callLocal(UnpackKernel.emit(f.module(), simd, unpacked, 0, true), packed, range.count(), place);
    }

    /** Two panels at a time; one if there is no second. */
    private void multiply(Segments.Range range, Ir segment) {
        Ir tokens = f.parameter(2);
        int pair = 2 * QuantPanel.TOKENS;
        Ir pairs = f.and(f.add(tokens, Ir.i64(QuantPanel.TOKENS - 1)), Ir.i64(-pair));
        f.loop(Ir.i64(0), pairs, pair, token -> {
            prefetchResults(range, segment, token, pair);
            multiply(range, segment, token, 2);
        });
        f.ifThen(f.icmp("ult", pairs, tokens), () -> multiply(range, segment, pairs, 1));
    }

    /**
     * Asks for the places of some results: those of other rows have taken them out of the caches, and a core that stored all at the end
     * would wait for each.
     */
    private void prefetchResults(Segments.Range range, Ir segment, Ir token, int tokens) {
        Ir first = f.offset(f.parameter(3), f.mul(token, f.parameter(4)));
        f.ifThen(
                range.first(),
                () -> f.loop(segment, Ir.i64(tokens), segments.segments(), number -> {
                    Ir y = f.offset(first, f.mul(number, f.parameter(4)));
                    for (int tile = 0; tile < ROW_TILES; tile++) {
                        f.prefetchToWrite(f.offset(y, (long) tile * FLOATS.bytes()));
                    }
                }));
    }

    private void multiply(Segments.Range range, Ir segment, Ir token, int panels) {
        long blocks = unpacked.layout().blocks();
        Ir block = f.mul(range.unit(), Ir.i64(blocks));
        Ir place = f.offset(f.parameter(1), f.mul(f.udiv(token, Ir.i64(QuantPanel.TOKENS)), Ir.i64(panel.bytes())));
        f.callLocal(
                TileProducts.emit(f.module(), unpacked.layout(), panel, panels),
                f.parameter(5),
                f.mul(range.count(), Ir.i64(blocks)),
                f.offset(place, f.mul(block, Ir.i64(panel.blockBytes()))),
                f.offset(f.offset(place, panel.fieldsOffset()), f.mul(block, Ir.i64(panel.fieldsBytes()))),
                Ir.i64(panel.planeBytes()),
                sum(0, segment, token),
                range.first());
    }

    private void storeTotals(int tile) {
        Ir y = f.offset(f.parameter(3), (long) tile * FLOATS.bytes());
        f.loop(Ir.i64(0), f.parameter(2), 1, token -> {
            Ir total = segments.total(f, segment -> f.load(FLOATS, sum(tile, Ir.i64(segment), token)));
            f.store(total, f.offset(y, f.mul(token, f.parameter(4))));
        });
    }

    private Ir sum(int tile, Ir segment, Ir token) {
        Ir sums = f.offset(f.parameter(5), (long) ROW_TILES * UnpackedBlock.MAX_BYTES + (long) tile * SUMS_BYTES);
        Ir index = f.add(f.mul(segment, Ir.i64(PanelLinear.MAX_TOKENS)), token);
        return f.offset(sums, f.mul(index, Ir.i64(FLOATS.bytes())));
    }
}
