package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * 16 rows of a quantised matrix times the row of one token, straight from the packed weights: what decoding consists of.
 *
 * <p>Emitted as {@code void (ptr tile, ptr quants, ptr fields, ptr y)}: {@code tile} is the first unit of 16 packed rows, {@code quants} and
 * {@code fields} are those of the token in its {@link QuantPanel}, {@code y} is where the 16 results go.
 */
final class QuantLinear {
    private static final int LINE = 64;

    /**
     * How far ahead memory is asked for weights. What a core has in flight by itself, as many instructions as its window holds, is less
     * than what keeps memory busy.
     */
    static final int PREFETCH_DISTANCE = 16 << 10;

    private final Simd simd;
    private final QuantLayout layout;
    private final QuantPanel panel;
    private final IrFunction f;

    private QuantLinear(Simd simd, QuantLayout layout, QuantPanel panel, IrFunction f) {
        this.simd = simd;
        this.layout = layout;
        this.panel = panel;
        this.f = f;
    }

    static String emit(IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns, int panelTokens) {
        String name = "linear_%s_%s_%d_of_%d".formatted(layout, kind.text(), columns, panelTokens);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR),
                f -> new QuantLinear(simd, layout, QuantPanel.of(kind, columns, panelTokens), f).emit());
    }

    private void emit() {
        List<Ir> sums = Segments.of(panel.width(), layout.columns())
                .sum(
                        f,
                        Type.FLOAT.times(QuantLayout.ROWS),
                        1,
                        (from, to, zeros) -> f.loop(
                                from, to, Ir.i64(1), zeros, (unit, sum) -> List.of(addUnit(unit, sum.getFirst()))));
        f.store(sums.getFirst(), f.parameter(3));
    }

    private Ir addUnit(Ir index, Ir sum) {
        Ir packed = f.offset(f.parameter(0), f.mul(index, Ir.i64(layout.unitBytes())));
        for (int line = 0; line < layout.unitBytes(); line += LINE) {
            f.prefetch(f.offset(packed, PREFETCH_DISTANCE + line));
        }
        PackedUnit unit = new PackedUnit(f, simd, layout, BlockBias.of(simd, layout), packed);
        Ir quants = f.offset(f.parameter(1), f.mul(index, Ir.i64((long) layout.blocks() * panel.blockBytes())));
        Ir fields = f.offset(f.parameter(2), f.mul(index, Ir.i64((long) layout.blocks() * panel.fieldsBytes())));
        Ir next = sum;
        for (int block = 0; block < layout.blocks(); block++) {
            Ir blockFields = f.offset(fields, (long) block * panel.fieldsBytes());
            next = new BlockSum(f, panel, unit.blockScale(block), unit.halfScales(block), unit.minima(block))
                    .add(
                            next,
                            dots(unit.quants(block), f.offset(quants, (long) block * panel.blockBytes()), blockFields),
                            blockFields);
        }
        return next;
    }

    /** For each plane the exact dot products of each part of the block. */
    private List<List<Ir>> dots(PackedUnit.Quants weights, Ir quants, Ir fields) {
        int parts = layout.parts();
        int chains = simd.dot().chains();
        DotProduct.Sum[][][] sums = new DotProduct.Sum[panel.planes()][parts][chains];
        for (int plane = 0; plane < panel.planes(); plane++) {
            Ir planeFields = f.offset(fields, (long) plane * panel.planeBytes());
            for (int part = 0; part < parts; part++) {
                Ir start = BlockBias.start(f, simd, layout, panel, planeFields, part);
                for (int chain = 0; chain < chains; chain++) {
                    Ir first = chain == 0 ? start : Ir.zero(start.type());
                    sums[plane][part][chain] = simd.dot().start(f, first, layout.largestByte());
                }
            }
        }
        int chain = 0;
        for (int group : weights.order()) {
            Ir unpacked = weights.group(group);
            for (int plane = 0; plane < panel.planes(); plane++) {
                Ir x = f.load(Type.I32, quants, (long) plane * panel.planeBytes() + 4L * group);
                sums[plane][group * parts / QuantLayout.GROUPS][chain].add(unpacked, f.splat(x, QuantLayout.ROWS));
            }
            chain = (chain + 1) % chains;
        }
        return Arrays.stream(sums)
                .map(ofPlane -> Arrays.stream(ofPlane).map(this::total).toList())
                .toList();
    }

    private Ir total(DotProduct.Sum[] chains) {
        return Arrays.stream(chains).map(DotProduct.Sum::total).reduce(f::add).orElseThrow();
    }
}
