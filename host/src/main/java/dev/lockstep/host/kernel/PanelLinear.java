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
    /** Most tokens of a call. */
    static final int MAX_TOKENS = 256;

    /** Unpacked weights, and sums of each segment of each token. */
    static final int SCRATCH_BYTES = UnpackedBlock.MAX_BYTES + Segments.MAX * MAX_TOKENS * FLOATS.bytes();

    private final IrFunction f;
    private final Simd simd;
    private final QuantLayout layout;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final Segments segments;

    private PanelLinear(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel) {
        this.f = f;
        this.simd = simd;
        this.layout = layout;
        this.unpacked = UnpackedBlock.of(layout);
        this.panel = panel;
        this.segments = Segments.of(panel.width(), layout.columns());
    }

    static String emit(IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns) {
        String name = "linear_%s_%s_%d".formatted(layout, kind.text(), columns);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR),
                f -> new PanelLinear(f, simd, layout, QuantPanel.of(kind, columns, QuantPanel.TOKENS)).emit());
    }

    /** Most tokens of a call: several panels, as long as they stay in the cache from tile to tile with those fields that are read. */
    static int tokens(Simd simd, RowKind kind, int columns) {
        int tokenBytes = QuantPanel.of(kind, columns, 1).planes() * (columns + columns / QuantLayout.BLOCK * 8);
        int panels = simd.cacheBytes() / tokenBytes / QuantPanel.TOKENS;
        return Math.clamp(panels, 1, MAX_TOKENS / QuantPanel.TOKENS) * QuantPanel.TOKENS;
    }

    private void emit() {
        segments.eachRange(f, unpacked.units(), this::addUnits);
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

    private void addUnits(Segments.Range range, Ir segment) {
        Ir packed = f.offset(f.parameter(0), f.mul(range.unit(), Ir.i64(layout.unitBytes())));
        String unpack = UnpackKernel.emit(f.module(), simd, unpacked, BlockBias.of(simd, layout), false);
        f.callLocal(unpack, packed, range.count(), f.parameter(5));
        Ir block = f.mul(range.unit(), Ir.i64(layout.blocks()));
        Ir blocks = f.mul(range.count(), Ir.i64(layout.blocks()));
        Ir ahead = f.offset(packed, ReadAhead.FAR.bytes());
        Ir tokens = f.parameter(2);
        int most = simd.blockTokens(panel.planes());
        f.loop(
                Ir.i64(0),
                f.and(tokens, Ir.i64(-most)),
                most,
                token -> addBlocks(most, block, blocks, sum(segment, token), range.first(), token, ahead));
        for (int size = most / 2; size >= 1; size /= 2) {
            int few = size;
            Ir token = f.and(tokens, Ir.i64(-2L * few));
            f.ifThen(
                    f.icmp("ne", f.and(tokens, Ir.i64(few)), Ir.i64(0)),
                    () -> addBlocks(few, block, blocks, sum(segment, token), range.first(), token, ahead));
        }
    }

    private void addBlocks(int tokens, Ir block, Ir blocks, Ir sums, Ir first, Ir token, Ir ahead) {
        Ir place = f.offset(f.parameter(1), f.mul(f.udiv(token, Ir.i64(QuantPanel.TOKENS)), Ir.i64(panel.bytes())));
        Ir lane = f.urem(token, Ir.i64(QuantPanel.TOKENS));
        Ir quants = f.add(f.mul(block, Ir.i64(panel.blockBytes())), f.mul(lane, Ir.i64(QuantLayout.BLOCK)));
        Ir fields = f.add(f.mul(block, Ir.i64(panel.fieldsBytes())), f.mul(lane, Ir.i64(Integer.BYTES)));
        f.callLocal(
                BlockProducts.emit(f.module(), simd, layout, panel, tokens),
                f.parameter(5),
                blocks,
                f.offset(place, quants),
                f.offset(f.offset(place, panel.fieldsOffset()), fields),
                Ir.i64(panel.planeBytes()),
                sums,
                first,
                ahead);
    }
}
