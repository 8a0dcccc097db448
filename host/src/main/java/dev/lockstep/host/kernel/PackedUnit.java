package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.stream.IntStream;

/** Reads a unit of packed weights (see {@link QuantLayout}): vectors with a lane, or four bytes, for each of the 16 rows. */
final class PackedUnit {
    private static final int ROWS = QuantLayout.ROWS;
    private static final Type FLOATS = Type.FLOAT.times(ROWS);
    private static final Type HALVES = Type.I16.times(ROWS);
    private static final Type BYTES = Type.I8.times(QuantLayout.GROUP_BYTES);

    private final IrFunction f;
    private final Simd simd;
    private final QuantLayout layout;
    private final int bias;
    private final Ir unit;
    private final Ir scale;

    /** @param bias what quants are to be too large by */
    PackedUnit(IrFunction f, Simd simd, QuantLayout layout, int bias, Ir unit) {
        this.f = f;
        this.simd = simd;
        this.layout = layout;
        this.bias = bias;
        this.unit = unit;
        this.scale = switch (layout.scaleBytes()) {
            case 4 -> f.load(FLOATS, unit);
            case 2 -> half(0);
            default -> powerOfTwo();
        };
    }

    /** What quants need to be multiplied with, but for sub-scales of half blocks. */
    Ir blockScale(int block) {
        return layout.parts() == 1 && layout.subScaleBits() > 0
                ? f.fmul(scale, f.convert("sitofp", subScale(block), FLOATS))
                : scale;
    }

    /** The sub-scales of a block's halves as floats; empty where its halves have none of their own. */
    List<Ir> halfScales(int block) {
        return halfScaleIntegers(block).stream()
                .map(scale -> f.convert("sitofp", scale, FLOATS))
                .toList();
    }

    /** The same as two equal 16-bit integers in each lane. */
    List<Ir> halfScalePairs(int block) {
        return halfScaleIntegers(block).stream()
                .map(scale -> f.or(f.shl(scale, Short.SIZE), f.and(scale, Ir.constant(scale.type(), 0xFFFF))))
                .toList();
    }

    private List<Ir> halfScaleIntegers(int block) {
        return layout.parts() == 1
                ? List.of()
                : IntStream.of(2 * block, 2 * block + 1)
                        .mapToObj(this::subScale)
                        .toList();
    }

    /** The minima of a block, or of its halves; empty for types without. */
    List<Ir> minima(int block) {
        if (!layout.hasMinima()) {
            return List.of();
        }
        Ir min = half(layout.minOffset());
        if (layout.subMinBits() == 0) {
            return List.of(min);
        }
        int parts = layout.parts();
        return IntStream.range(parts * block, parts * (block + 1))
                .mapToObj(subBlock -> subByte(layout.subMinsOffset(), layout.subMinBits(), subBlock))
                .map(quant -> f.fneg(f.fmul(min, f.convert("sitofp", quant, FLOATS))))
                .toList();
    }

    /** The quants of a block. */
    Quants quants(int block) {
        return new Quants(block);
    }

    /** 2 to the power of a byte less 128; the two smallest are no normal floats. */
    private Ir powerOfTwo() {
        Type ints = Type.I32.times(ROWS);
        Ir exponent = f.zext(f.load(Type.I8.times(ROWS), unit), Type.I32);
        Ir normal = f.shl(f.sub(exponent, Ir.constant(ints, 1)), 23);
        Ir small = f.select(
                f.icmp("eq", exponent, Ir.constant(ints, 0)), Ir.constant(ints, 1 << 21), Ir.constant(ints, 1 << 22));
        return f.bitcast(f.select(f.icmp("ult", exponent, Ir.constant(ints, 2)), small, normal), FLOATS);
    }

    private Ir half(int offset) {
        return simd.half().toFloat(f, f.load(HALVES, unit, offset));
    }

    private Ir subScale(int subBlock) {
        Ir stored = subByte(layout.subScalesOffset(), layout.subScaleBits(), subBlock);
        return layout.subScaleOffset() == 0
                ? stored
                : f.sub(stored, Ir.constant(stored.type(), layout.subScaleOffset()));
    }

    /** Sub-scale or sub-minimum of 16 rows as i32. */
    private Ir subByte(int offset, int bits, int subBlock) {
        Ir place = f.offset(unit, offset);
        if (bits == 8) {
            return f.sext(f.load(Type.I8.times(ROWS), place, (long) subBlock * ROWS), Type.I32);
        }
        Ir value = f.zext(bitsOfSubByte(place, 4, subBlock), Type.I32);
        if (bits == 6) {
            Ir rest = f.offset(place, (long) ROWS * layout.subBlocks() / 2);
            value = f.or(value, f.shl(f.zext(bitsOfSubByte(rest, 2, subBlock), Type.I32), 4));
        }
        return value;
    }

    private Ir bitsOfSubByte(Ir plane, int bits, int subBlock) {
        int vectors = layout.subBlocks() * bits / 8;
        Ir bytes = f.load(Type.I8.times(ROWS), plane, (long) subBlock % vectors * ROWS);
        return f.and(f.lshr(bytes, bits * (subBlock / vectors)), Ir.constant(bytes.type(), (1 << bits) - 1));
    }

    /** The quants of one block, unpacked group by group. */
    final class Quants {
        private final Plane low;
        private final Plane high;

        private Quants(int block) {
            low = new Plane(layout.lowOffset(block), layout.lowBits());
            high = new Plane(layout.highOffset(block), layout.highBits());
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
                return bias == 128 ? f.xor(low.vector(group), Ir.constant(BYTES, -128)) : low.vector(group);
            }
            Ir quants = low.bits(group, 0);
            if (layout.highBits() > 0) {
                quants = f.or(quants, high.bits(group, layout.lowBits()));
            }
            if (layout.table().isPresent()) {
                byte[] entries = layout.table().get();
                int[] table = IntStream.range(0, 16)
                        .map(i -> (byte) (entries[i] + bias))
                        .toArray();
                return simd.table().lookUp(f, table, quants);
            }
            int excess = layout.offset() - bias;
            return excess == 0 ? quants : f.sub(quants, Ir.constant(BYTES, excess));
        }
    }

    /** Some bits of each quant of a block, in as many vectors, which are read when they are needed. */
    private final class Plane {
        private final int offset;
        private final int width;
        private final Ir[] vectors;

        Plane(int offset, int width) {
            this.offset = offset;
            this.width = width;
            vectors = new Ir[width];
        }

        Ir vector(int index) {
            if (vectors[index] == null) {
                vectors[index] = f.load(BYTES, unit, (long) offset + index * QuantLayout.GROUP_BYTES);
            }
            return vectors[index];
        }

        /** The bits of a group, moved to bit {@code to} of each byte. */
        Ir bits(int group, int to) {
            int shift = width * (group / width) - to;
            Ir vector = f.bitcast(vector(group % width), Type.I32.times(ROWS));
            Ir moved = shift >= 0 ? f.lshr(vector, shift) : f.shl(vector, -shift);
            return f.and(f.bitcast(moved, BYTES), Ir.constant(BYTES, ((1 << width) - 1) << to));
        }
    }
}
