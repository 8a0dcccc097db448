package dev.lockstep.host.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** One unit of a {@link QuantLayout} under construction, row after row. */
final class UnitBytes {
    private final QuantLayout layout;
    private final byte[] bytes;

    UnitBytes(QuantLayout layout) {
        this.layout = layout;
        this.bytes = new byte[layout.unitBytes()];
    }

    void clear() {
        Arrays.fill(bytes, (byte) 0);
    }

    void put(int row, UnitFields fields) {
        switch (layout.scaleBytes()) {
            case 4 -> putBytes(4 * row, 4, Float.floatToRawIntBits(fields.scale));
            case 2 -> putBytes(2 * row, 2, Float.floatToFloat16(fields.scale));
            default -> putBytes(row, 1, Math.getExponent(fields.scale) + 128);
        }
        if (layout.hasMinima()) {
            putBytes(layout.minOffset() + 2 * row, 2, Float.floatToFloat16(fields.min));
        }
        putSubs(layout.subScalesOffset(), layout.subScaleBits(), row, fields.subScales);
        putSubs(layout.subMinsOffset(), layout.subMinBits(), row, fields.subMins);
        for (int block = 0; block < layout.blocks(); block++) {
            putPlane(layout.lowOffset(block), layout.lowBits(), 0, row, fields.quants, block);
            if (layout.highBits() > 0) {
                putPlane(layout.highOffset(block), layout.highBits(), layout.lowBits(), row, fields.quants, block);
            }
        }
    }

    void copyTo(MemorySegment target, long offset) {
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    private void putBytes(int at, int count, int value) {
        for (int i = 0; i < count; i++) {
            bytes[at + i] = (byte) (value >> 8 * i);
        }
    }

    /** {@code bits} bits of each quant from bit {@code from} on. */
    private void putPlane(int at, int bits, int from, int row, byte[] quants, int block) {
        int mask = (1 << bits) - 1;
        for (int group = 0; group < QuantLayout.GROUPS; group++) {
            int place = at + group % bits * QuantLayout.GROUP_BYTES + 4 * row;
            int shift = bits * (group / bits);
            int first = block * QuantLayout.BLOCK + 4 * group;
            for (int column = 0; column < 4; column++) {
                bytes[place + column] |= (byte) ((quants[first + column] >> from & mask) << shift);
            }
        }
    }

    private void putSubs(int at, int bits, int row, byte[] subs) {
        switch (bits) {
            case 0 -> {}
            case 8 -> {
                for (int sub = 0; sub < subs.length; sub++) {
                    bytes[at + sub * QuantLayout.ROWS + row] = subs[sub];
                }
            }
            default -> {
                putSubPlane(at, 4, 0, row, subs);
                if (bits == 6) {
                    putSubPlane(at + QuantLayout.ROWS * subs.length / 2, 2, 4, row, subs);
                }
            }
        }
    }

    private void putSubPlane(int at, int bits, int from, int row, byte[] subs) {
        int vectors = subs.length * bits / 8;
        for (int sub = 0; sub < subs.length; sub++) {
            int value = subs[sub] >> from & (1 << bits) - 1;
            bytes[at + sub % vectors * QuantLayout.ROWS + row] |= (byte) (value << bits * (sub / vectors));
        }
    }
}
