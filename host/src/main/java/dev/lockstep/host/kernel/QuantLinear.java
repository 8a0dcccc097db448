package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.tensor.BlockIQ4_NL;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * 16 rows of a quantised matrix times one or several rows of 8-bit or 16-bit activations.
 *
 * <p>Emitted as {@code void (ptr tile, ptr x, ptr y, i64 yStride)}: {@code tile} is the first unit of 16 packed rows, {@code x} the first of
 * {@code tokens} {@linkplain Q8Row quantised rows} one after the other, {@code y} where the 16 results of the first token go; those of the next token go
 * {@code yStride} bytes further.
 */
final class QuantLinear {
    private final Simd simd;
    private final QuantLayout layout;
    private final int columns;
    private final int tokens;
    private final int activationPlanes;
    private final int lanes;
    private final IrFunction f;
    private final int bias;

    private QuantLinear(Simd simd, QuantLayout layout, int columns, int tokens, int activationPlanes, IrFunction f) {
        this.simd = simd;
        this.layout = layout;
        this.columns = columns;
        this.tokens = tokens;
        this.activationPlanes = activationPlanes;
        this.lanes = simd.lanes(tokens);
        this.f = f;
        this.bias = signedBytes() ? (simd.dot().biasesBytes() ? 128 : 0) : layout.offset();
    }

    static String emit(IrModule module, Simd simd, QuantLayout layout, RowKind kind, int columns, int tokens) {
        return module.function(
                "linear_" + layout.name().toLowerCase(java.util.Locale.ROOT) + "_" + kind.text() + "_" + columns + "x"
                        + tokens,
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.I64),
                f -> new QuantLinear(simd, layout, columns, tokens, Q8Row.planes(kind), f).emit());
    }

    private boolean signedBytes() {
        return layout.lowBits() == 8 || layout.table();
    }

    private void emit() {
        Ir y = f.parameter(2);
        Type vector = Type.FLOAT.times(lanes);
        for (int row = 0; row < QuantLayout.ROWS; row += lanes) {
            int firstRow = row;
            List<Ir> sums = Segments.of(columns, layout.columns())
                    .sum(
                            f,
                            vector,
                            tokens,
                            (from, to, zeros) -> f.loop(
                                    from, to, Ir.i64(1), zeros, (unit, carried) -> addUnit(unit, firstRow, carried)));
            for (int token = 0; token < tokens; token++) {
                Ir place = f.offset(y, f.mul(f.parameter(3), Ir.i64(token)));
                f.store(sums.get(token), f.offset(place, 4L * firstRow));
            }
        }
    }

    private List<Ir> addUnit(Ir index, int row, List<Ir> carried) {
        Ir unit = f.offset(f.parameter(0), f.mul(index, Ir.i64(layout.unitBytes())));
        Ir quants = f.offset(f.parameter(1), f.mul(index, Ir.i64(layout.columns())));
        Ir blocks = f.offset(
                f.parameter(1),
                f.add(f.mul(index, Ir.i64((long) layout.blocks() * Q8Row.BLOCK_BYTES)), Ir.i64(columns)));
        Ir scale = scale(unit, row);
        List<Ir> sums = carried;
        for (int block = 0; block < layout.blocks(); block++) {
            sums = addBlock(
                    unit, block, row, scale, f.offset(quants, 32L * block), f.offset(blocks, 32L * block), sums);
        }
        return sums;
    }

    /** One block of 32 columns, all tokens. */
    private List<Ir> addBlock(Ir unit, int block, int row, Ir unitScale, Ir quants, Ir blocks, List<Ir> sums) {
        int parts = QuantLayout.BLOCK / layout.subBlock();
        List<Ir[]> integers = integerDots(unit, block, row, quants, blocks, parts);
        Ir scale = parts == 1 && layout.subScaleBits() > 0
                ? f.fmul(unitScale, f.convert("sitofp", subScale(unit, block, row), unitScale.type()))
                : unitScale;
        List<Ir> minima = minima(unit, block, row, parts);
        List<Ir> next = new ArrayList<>();
        for (int token = 0; token < tokens; token++) {
            Ir description = f.offset(blocks, (long) token * activationPlanes * Q8Row.bytes(columns));
            Ir integer = subScaled(integers.get(token * activationPlanes), unit, block, row);
            if (activationPlanes == 2) {
                Ir low = subScaled(integers.get(token * activationPlanes + 1), unit, block, row);
                integer = f.fma(integer, Ir.constant(integer.type(), (float) Q8Row.HIGH), low);
            }
            Ir bothScales = f.fmul(scale, splatFloat(description, Q8Row.SCALE));
            Ir sum = f.fma(bothScales, integer, sums.get(token));
            for (int part = 0; part < minima.size(); part++) {
                int offset = parts == 1 ? Q8Row.SCALED_SUM : Q8Row.SCALED_HALF_SUMS + 4 * part;
                sum = f.fma(minima.get(part), splatFloat(description, offset), sum);
            }
            next.add(sum);
        }
        return next;
    }

    /** The integer dot product of a block, whose parts have sub-scales of their own, as floats: exact, since it is below 2^24. */
    private Ir subScaled(Ir[] dots, Ir unit, int block, int row) {
        Ir integer = dots.length == 1
                ? dots[0]
                : f.add(
                        f.mul(dots[0], subScale(unit, 2 * block, row)),
                        f.mul(dots[1], subScale(unit, 2 * block + 1, row)));
        return f.convert("sitofp", integer, Type.FLOAT.times(lanes));
    }

    /** For each plane of each token the exact dot products of each part (sub-block) of the block. */
    private List<Ir[]> integerDots(Ir unit, int block, int row, Ir quants, Ir blocks, int parts) {
        int maxWeight = signedBytes() ? 255 : layout.maxQuant();
        List<DotProduct.Sum[]> sums = new ArrayList<>();
        for (int plane = 0; plane < tokens * activationPlanes; plane++) {
            DotProduct.Sum[] ofPlane = new DotProduct.Sum[parts];
            for (int part = 0; part < parts; part++) {
                Ir init = Ir.zero(Type.I32.times(lanes));
                if (bias > 0) {
                    int offset = parts == 1 ? Q8Row.SUM : Q8Row.HALF_SUMS + 4 * part;
                    Ir sum = f.load(Type.I32, blocks, (long) plane * Q8Row.bytes(columns) + offset);
                    init = f.mul(f.splat(sum, lanes), Ir.constant(Type.I32.times(lanes), -bias));
                }
                ofPlane[part] = simd.dot().start(f, init, maxWeight);
            }
            sums.add(ofPlane);
        }
        Planes planes = new Planes(unit, block, row);
        for (int group : planes.order()) {
            Ir weights = planes.group(group);
            for (int plane = 0; plane < tokens * activationPlanes; plane++) {
                Ir x = f.load(Type.I32, quants, (long) plane * Q8Row.bytes(columns) + 4L * group);
                sums.get(plane)[group * parts / QuantLayout.GROUPS].add(weights, f.splat(x, lanes));
            }
        }
        return sums.stream()
                .map(ofPlane -> java.util.Arrays.stream(ofPlane)
                        .map(DotProduct.Sum::total)
                        .toArray(Ir[]::new))
                .toList();
    }

    private Ir scale(Ir unit, int row) {
        Ir place = f.offset(unit, (long) row * layout.scaleBytes());
        return layout.scaleBytes() == 4
                ? f.load(Type.FLOAT.times(lanes), place)
                : simd.half().toFloat(f, f.load(Type.I16.times(lanes), place));
    }

    private List<Ir> minima(Ir unit, int block, int row, int parts) {
        if (!layout.hasMinima()) {
            return List.of();
        }
        Ir place = f.offset(unit, layout.minOffset() + 2L * row);
        Ir min = simd.half().toFloat(f, f.load(Type.I16.times(lanes), place));
        if (layout.subMinBits() == 0) {
            return List.of(min);
        }
        return IntStream.range(parts * block, parts * (block + 1))
                .mapToObj(subBlock -> subByte(unit, layout.subMinsOffset(), layout.subMinBits(), subBlock, row))
                .map(quant -> f.fneg(f.fmul(min, f.convert("sitofp", quant, min.type()))))
                .toList();
    }

    private Ir subScale(Ir unit, int subBlock, int row) {
        Ir stored = subByte(unit, layout.subScalesOffset(), layout.subScaleBits(), subBlock, row);
        return layout.subScaleOffset() == 0
                ? stored
                : f.sub(stored, Ir.constant(stored.type(), layout.subScaleOffset()));
    }

    /** Sub-scale or sub-minimum of 16 rows as i32. */
    private Ir subByte(Ir unit, int offset, int bits, int subBlock, int row) {
        Ir place = f.offset(unit, offset);
        if (bits == 8) {
            return f.sext(f.load(Type.I8.times(lanes), place, (long) subBlock * QuantLayout.ROWS + row), Type.I32);
        }
        Ir value = f.zext(bitsOfSubByte(place, 4, subBlock, row), Type.I32);
        if (bits == 6) {
            Ir rest = f.offset(place, (long) QuantLayout.ROWS * layout.subBlocks() / 2);
            value = f.or(value, f.shl(f.zext(bitsOfSubByte(rest, 2, subBlock, row), Type.I32), 4));
        }
        return value;
    }

    private Ir bitsOfSubByte(Ir plane, int bits, int subBlock, int row) {
        int vectors = layout.subBlocks() * bits / 8;
        Ir bytes = f.load(Type.I8.times(lanes), plane, (long) subBlock % vectors * QuantLayout.ROWS + row);
        return f.and(f.lshr(bytes, bits * (subBlock / vectors)), Ir.constant(bytes.type(), (1 << bits) - 1));
    }

    private Ir splatFloat(Ir base, int offset) {
        return f.splat(f.load(Type.FLOAT, base, offset), lanes);
    }

    /** The quants of one block, unpacked group by group. */
    private final class Planes {
        private final Type bytes = Type.I8.times(4 * lanes);
        private final Ir[] low;
        private final Ir[] high;

        Planes(Ir unit, int block, int row) {
            low = load(unit, layout.lowOffset(block) + 4 * row, layout.lowBits());
            high = load(unit, layout.highOffset(block) + 4 * row, layout.highBits());
        }

        private Ir[] load(Ir unit, int offset, int vectors) {
            return IntStream.range(0, vectors)
                    .mapToObj(v -> f.load(bytes, unit, (long) offset + v * QuantLayout.GROUP_BYTES))
                    .toArray(Ir[]::new);
        }

        /** Groups in an order that uses up one vector of the low plane after the other. */
        int[] order() {
            int vectors = layout.lowBits();
            return IntStream.range(0, QuantLayout.GROUPS)
                    .map(i -> i / (QuantLayout.GROUPS / vectors) + i % (QuantLayout.GROUPS / vectors) * vectors)
                    .toArray();
        }

        Ir group(int group) {
            if (layout.lowBits() == 8) {
                return bias == 128 ? f.xor(low[group], Ir.constant(bytes, -128)) : low[group];
            }
            Ir quants = bits(low, layout.lowBits(), group, 0);
            if (layout.highBits() > 0) {
                quants = f.or(quants, bits(high, layout.highBits(), group, layout.lowBits()));
            }
            if (layout.table()) {
                int[] table = IntStream.range(0, 16)
                        .map(i -> (byte) (BlockIQ4_NL.tableQuant(i) + bias))
                        .toArray();
                quants = simd.table().lookUp(f, table, quants);
            }
            return quants;
        }

        /** The bits of a group in a plane, moved to bit {@code to} of each byte. */
        private Ir bits(Ir[] plane, int width, int group, int to) {
            int shift = width * (group / width) - to;
            Ir vector = f.bitcast(plane[group % width], Type.I32.times(lanes));
            Ir moved = shift >= 0 ? f.lshr(vector, shift) : f.shl(vector, -shift);
            return f.and(f.bitcast(moved, bytes), Ir.constant(bytes, ((1 << width) - 1) << to));
        }
    }
}
