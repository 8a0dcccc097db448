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
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * 16 rows of a quantised matrix times the rows of one or a few tokens, straight from the packed weights: what decoding consists of. Each group of
 * weights is unpacked into a register and multiplied with all tokens there, whose sums and dot products stay in registers, too.
 *
 * <p>Emitted as {@code void (ptr tile, ptr quants, ptr fields, ptr y, i64 yStride)}: {@code tile} is the first unit of 16 packed rows, {@code quants}
 * and {@code fields} are those of the first token in its {@link QuantPanel}, {@code y} is where its 16 results go; those of the next go {@code yStride}
 * bytes further.
 */
final class QuantLinear {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    private static final Ir NOTHING = Ir.zero(Type.I32.times(QuantLayout.ROWS));

    private final Simd simd;
    private final QuantLayout layout;
    private final QuantPanel panel;
    private final int tokens;
    private final IrFunction f;

    private QuantLinear(Simd simd, QuantLayout layout, QuantPanel panel, int tokens, IrFunction f) {
        this.simd = simd;
        this.layout = layout;
        this.panel = panel;
        this.tokens = tokens;
        this.f = f;
    }

    static String emit(
            IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns, int panelTokens, int tokens) {
        String name = "linear_%s_%s_%d_%d_of_%d".formatted(layout, kind.text(), columns, tokens, panelTokens);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR, Type.I64),
                f -> new QuantLinear(simd, layout, QuantPanel.of(kind, columns, panelTokens), tokens, f).emit());
    }

    private void emit() {
        List<Ir> sums = Segments.of(panel.width(), layout.columns())
                .sum(f, FLOATS, tokens, (from, to, zeros) -> f.loop(from, to, Ir.i64(1), zeros, this::addUnit));
        for (int token = 0; token < tokens; token++) {
            f.store(sums.get(token), f.offset(f.parameter(3), f.mul(f.parameter(4), Ir.i64(token))));
        }
    }

    private List<Ir> addUnit(Ir index, List<Ir> sums) {
        Ir packed = f.offset(f.parameter(0), f.mul(index, Ir.i64(layout.unitBytes())));
        PackedUnit unit = new PackedUnit(f, simd, layout, BlockBias.of(simd, layout), packed);
        Ir quants = f.offset(f.parameter(1), f.mul(index, Ir.i64((long) layout.blocks() * panel.blockBytes())));
        Ir fields = f.offset(f.parameter(2), f.mul(index, Ir.i64((long) layout.blocks() * panel.fieldsBytes())));
        List<Ir> next = sums;
        for (int block = 0; block < layout.blocks(); block++) {
            prefetch(packed, block);
            next = addBlock(
                    unit,
                    block,
                    f.offset(quants, (long) block * panel.blockBytes()),
                    f.offset(fields, (long) block * panel.fieldsBytes()),
                    next);
        }
        return next;
    }

    /** Asks for a block's part of a unit: what is asked for all at once fills the core's buffers, and holds up what comes after it. */
    private void prefetch(Ir packed, int block) {
        ReadAhead ahead = simd.readAhead(layout, panel);
        int lines = (layout.unitBytes() + ReadAhead.LINE - 1) / ReadAhead.LINE;
        int first = lines * block / layout.blocks();
        int end = ahead.everyLine() ? lines * (block + 1) / layout.blocks() : first + 1;
        for (int line = first; line < end; line++) {
            f.prefetch(f.offset(packed, ahead.bytes() + (long) line * ReadAhead.LINE), ahead.level());
        }
    }

    private List<Ir> addBlock(PackedUnit unit, int block, Ir quants, Ir fields, List<Ir> sums) {
        List<List<List<Ir>>> dots = dots(unit.quants(block), quants, fields);
        BlockSum sum = new BlockSum(f, panel, unit.blockScale(block), unit.halfScales(block), unit.minima(block));
        return IntStream.range(0, tokens)
                .mapToObj(token -> sum.add(sums.get(token), dots.get(token), fieldsOf(fields, token)))
                .toList();
    }

    /** For each token and plane the exact dot products of each part of the block. */
    private List<List<List<Ir>>> dots(PackedUnit.Quants weights, Ir quants, Ir fields) {
        int parts = layout.parts();
        int chains = tokens == 1 ? simd.dot().chains() : 1;
        DotProduct.Sum[][][][] sums = new DotProduct.Sum[tokens][panel.planes()][parts][chains];
        for (int token = 0; token < tokens; token++) {
            for (int plane = 0; plane < panel.planes(); plane++) {
                Ir planeFields = f.offset(fieldsOf(fields, token), (long) plane * panel.planeBytes());
                for (int part = 0; part < parts; part++) {
                    int ofPart = part;
                    sums[token][plane][part][0] =
                            start(() -> BlockBias.start(f, simd, layout, panel, planeFields, ofPart));
                    for (int chain = 1; chain < chains; chain++) {
                        sums[token][plane][part][chain] = start(() -> NOTHING);
                    }
                }
            }
        }
        int chain = 0;
        for (int group : order(weights)) {
            Ir unpacked = weights.group(group);
            for (int token = 0; token < tokens; token++) {
                Ir columns = f.offset(quants, (long) token * QuantPanel.quantsStride());
                for (int plane = 0; plane < panel.planes(); plane++) {
                    Ir x = f.load(Type.I32, columns, (long) plane * panel.planeBytes() + 4L * group);
                    sums[token][plane][group * parts / QuantLayout.GROUPS][chain].add(
                            unpacked, f.splat(x, QuantLayout.ROWS));
                }
            }
            chain = (chain + 1) % chains;
        }
        return Arrays.stream(sums)
                .map(ofToken -> Arrays.stream(ofToken)
                        .map(ofPlane -> Arrays.stream(ofPlane).map(this::total).toList())
                        .toList())
                .toList();
    }

    private DotProduct.Sum start(Supplier<Ir> bias) {
        return simd.halvesIn16Bits(layout)
                ? simd.dot().startHalf(f, () -> NOTHING, bias, DotProduct.pairs(NOTHING.type(), 1))
                : simd.dot().start(f, bias, layout.largestByte());
    }

    /** With several tokens one half of a block after the other, so that its dot products are done with before those of the next begin. */
    private int[] order(PackedUnit.Quants weights) {
        return tokens == 1 || layout.parts() == 1
                ? weights.order()
                : IntStream.range(0, QuantLayout.GROUPS).toArray();
    }

    private Ir fieldsOf(Ir fields, int token) {
        return f.offset(fields, (long) token * QuantPanel.fieldsStride());
    }

    private Ir total(DotProduct.Sum[] chains) {
        return Arrays.stream(chains).map(DotProduct.Sum::total).reduce(f::add).orElseThrow();
    }
}
