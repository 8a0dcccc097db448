package dev.lockstep.host.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.BlockIQ4_NL;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads single elements of packed weights, written from the words of {@link QuantLayout} and none of its offsets. */
final class PlainUnpacker {
    /**
     * Bits of the fields of a type, and what is subtracted from them.
     *
     * @param columns of a unit
     * @param scale bytes of a scale
     * @param min bytes of a minimum
     * @param sub columns with a sub-scale, and its bits and offset
     */
    private record Fields(
            int columns,
            int scale,
            int min,
            int sub,
            int subScaleBits,
            int subScaleOffset,
            int subMinBits,
            int lowBits,
            int highBits,
            int offset) {}

    private static Fields fields(TensorType type) {
        return switch (type) {
            case Q4_0 -> new Fields(32, 2, 0, 32, 0, 0, 0, 4, 0, 8);
            case Q4_1 -> new Fields(32, 2, 2, 32, 0, 0, 0, 4, 0, 0);
            case Q5_0 -> new Fields(32, 2, 0, 32, 0, 0, 0, 4, 1, 16);
            case Q5_1 -> new Fields(32, 2, 2, 32, 0, 0, 0, 4, 1, 0);
            case Q8_0 -> new Fields(32, 2, 0, 32, 0, 0, 0, 8, 0, 0);
            case IQ4_NL -> new Fields(32, 2, 0, 32, 0, 0, 0, 4, 0, 0);
            case Q2_K -> new Fields(256, 2, 2, 16, 4, 0, 4, 2, 0, 0);
            case Q3_K -> new Fields(256, 2, 0, 16, 6, 32, 0, 2, 1, 4);
            case Q4_K -> new Fields(256, 2, 2, 32, 6, 0, 6, 4, 0, 0);
            case Q5_K -> new Fields(256, 2, 2, 32, 6, 0, 6, 4, 1, 0);
            case Q6_K -> new Fields(256, 2, 0, 16, 8, 0, 0, 4, 2, 32);
            case Q8_K -> new Fields(256, 4, 0, 32, 0, 0, 0, 8, 0, 0);
            case IQ4_XS -> new Fields(256, 2, 0, 32, 6, 32, 0, 4, 0, 0);
            case MXFP4 -> new Fields(32, 1, 0, 32, 0, 0, 0, 4, 0, 0);
            case IQ2_XXS, IQ3_XXS, IQ3_S -> new Fields(256, 4, 0, 32, 6, 0, 0, 4, 0, 0);
            case IQ2_XS, IQ2_S -> new Fields(256, 4, 0, 16, 6, 0, 0, 4, 0, 0);
            case IQ1_S -> new Fields(256, 4, 0, 32, 4, 0, 0, 4, 0, 0);
            case IQ1_M -> new Fields(256, 4, 0, 16, 4, 0, 0, 4, 0, 0);
            case TQ1_0, TQ2_0 -> new Fields(256, 4, 0, 32, 0, 0, 0, 2, 0, 0);
            default -> throw new IllegalArgumentException(type + " is not packed in units");
        };
    }

    private final TensorType type;
    private final Fields fields;
    private final MemorySegment packed;
    private final int rows;
    private final int tilesPerMatrix;
    private final int unitsPerRow;
    private final int minAt;
    private final int subScalesAt;
    private final int subMinsAt;
    private final int lowAt;
    private final int highAt;
    private final int unitBytes;

    /** @param rows of one matrix of the stack */
    PlainUnpacker(TensorType type, MemorySegment packed, int columns, int rows) {
        this.type = type;
        this.fields = fields(type);
        this.packed = packed;
        this.rows = rows;
        this.tilesPerMatrix = (rows + 15) / 16;
        this.unitsPerRow = columns / fields.columns;
        int subs = fields.columns / fields.sub;
        minAt = 16 * fields.scale;
        subScalesAt = minAt + 16 * fields.min;
        subMinsAt = subScalesAt + 16 * subs * fields.subScaleBits / 8;
        lowAt = subMinsAt + 16 * subs * fields.subMinBits / 8;
        highAt = lowAt + fields.lowBits * 64;
        unitBytes = lowAt + 16 * fields.columns * (fields.lowBits + fields.highBits) / 8;
        assertThat(packed.byteSize() % ((long) unitBytes * unitsPerRow))
                .as("whole tiles")
                .isZero();
    }

    /** @param row counted over all matrices */
    int quant(int row, int column) {
        int stored = stored(unit(row, column), tileRow(row), column % fields.columns);
        return switch (type) {
            case Q8_0, Q8_K -> (byte) stored;
            case IQ4_NL, IQ4_XS -> BlockIQ4_NL.tableQuant(stored);
            default ->
                type.tableBlock().map(table -> (int) table.table()[stored]).orElse(stored - fields.offset);
        };
    }

    /** Scale times sub-scale. */
    double scale(int row, int column) {
        long unit = unit(row, column);
        double scale = switch (fields.scale) {
            case 4 -> packed.get(ValueLayout.JAVA_FLOAT_UNALIGNED, unit + 4L * tileRow(row));
            case 2 -> half(unit + 2L * tileRow(row));
            default -> Math.scalb(1.0, (packed.get(ValueLayout.JAVA_BYTE, unit + tileRow(row)) & 0xff) - 128);
        };
        int sub = column % fields.columns / fields.sub;
        return switch (fields.subScaleBits) {
            case 0 -> scale;
            case 8 -> scale * packed.get(ValueLayout.JAVA_BYTE, unit + subScalesAt + 16L * sub + tileRow(row));
            default ->
                scale * (sub(unit + subScalesAt, fields.subScaleBits, sub, tileRow(row)) - fields.subScaleOffset);
        };
    }

    double min(int row, int column) {
        if (fields.min == 0) {
            return 0;
        }
        long unit = unit(row, column);
        double min = half(unit + minAt + 2L * tileRow(row));
        return fields.subMinBits == 0
                ? min
                : -min * sub(unit + subMinsAt, fields.subMinBits, column % fields.columns / fields.sub, tileRow(row));
    }

    /** Rows that fill up the last tile must not add anything, nor be NaN. */
    void assertPaddingIsZero() {
        for (int row = rows; row < 16 * tilesPerMatrix; row++) {
            for (int unit = 0; unit < unitsPerRow; unit++) {
                long place = ((row / 16L) * unitsPerRow + unit) * unitBytes;
                for (int b = 0; b < fields.scale; b++) {
                    assertThat(packed.get(ValueLayout.JAVA_BYTE, place + (long) fields.scale * (row % 16) + b))
                            .isZero();
                }
                if (fields.min > 0) {
                    assertThat(half(place + minAt + 2L * (row % 16))).isZero();
                }
            }
        }
    }

    private int tileRow(int row) {
        return row % rows % 16;
    }

    private long unit(int row, int column) {
        long tile = (long) row / rows * tilesPerMatrix + row % rows / 16;
        return (tile * unitsPerRow + column / fields.columns) * unitBytes;
    }

    private int stored(long unit, int row, int column) {
        int block = column / 32;
        int group = column % 32 / 4;
        long blockAt = (long) block * (fields.lowBits + fields.highBits) * 64;
        int low = plane(unit + lowAt + blockAt, fields.lowBits, group, row, column % 4);
        int high = fields.highBits == 0 ? 0 : plane(unit + highAt + blockAt, fields.highBits, group, row, column % 4);
        return high << fields.lowBits | low;
    }

    /** Group g of a plane of b bits is in vector g mod b, at bit b * (g / b). */
    private int plane(long at, int bits, int group, int row, int column) {
        int value = packed.get(ValueLayout.JAVA_BYTE, at + group % bits * 64 + 4L * row + column) & 0xFF;
        return value >> bits * (group / bits) & (1 << bits) - 1;
    }

    /** Sub-block j of a b-bit plane is in vector j mod (n b / 8), at bit b * (j / (n b / 8)). */
    private int sub(long at, int bits, int sub, int row) {
        int subs = fields.columns / fields.sub;
        int value = subPlane(at, 4, subs, sub, row);
        return bits == 4 ? value : value | subPlane(at + 16L * subs * 4 / 8, 2, subs, sub, row) << 4;
    }

    private int subPlane(long at, int bits, int subs, int sub, int row) {
        int vectors = subs * bits / 8;
        int value = packed.get(ValueLayout.JAVA_BYTE, at + sub % vectors * 16L + row) & 0xFF;
        return value >> bits * (sub / vectors) & (1 << bits) - 1;
    }

    private double half(long at) {
        return Float.float16ToFloat(packed.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
    }
}
