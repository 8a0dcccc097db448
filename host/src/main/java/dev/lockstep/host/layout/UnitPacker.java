package dev.lockstep.host.layout;

import static dev.lockstep.host.layout.LittleEndianLayouts.INT;
import static dev.lockstep.host.layout.LittleEndianLayouts.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes blocks of a file into units of a {@link QuantLayout}, a row of a unit at a time. */
final class UnitPacker {
    private static final int HALF_EXPONENT = 0x7c00;

    /** From this magnitude on a float32 scale times a quant of 8 bits may be infinite. */
    private static final int LARGE_SCALE = Float.floatToRawIntBits(0x1p120f);

    /** The same for a scale that is an exponent. */
    private static final int LARGE_EXPONENT = 240;

    private final QuantLayout layout;
    private final BlockLanes lanes;

    UnitPacker(QuantLayout layout) {
        this.layout = layout;
        this.lanes = new BlockLanes(layout);
    }

    /**
     * Packs one block into row {@code row} of a unit.
     *
     * @return whether scale and minimum are surely finite
     */
    boolean pack(MemorySegment source, long block, MemorySegment target, long unit, int row) {
        lanes.read(source, block);
        switch (layout.scaleBytes()) {
            case 4 -> target.set(INT, unit + 4L * row, lanes.scale);
            case 2 -> target.set(SHORT, unit + 2L * row, (short) lanes.scale);
            default -> target.set(ValueLayout.JAVA_BYTE, unit + row, (byte) lanes.scale);
        }
        if (layout.hasMinima()) {
            target.set(SHORT, unit + layout.minOffset() + 2L * row, (short) lanes.min);
        }
        if (layout.subScaleBits() > 0) {
            subs(target, unit + layout.subScalesOffset() + row, layout.subScaleBits(), lanes.subScales);
            if (layout.subMinBits() > 0) {
                subs(target, unit + layout.subMinsOffset() + row, layout.subMinBits(), lanes.subMins);
            }
        }
        for (int i = 0; i < layout.blocks(); i++) {
            plane(target, unit + layout.lowOffset(i) + 4L * row, layout.lowBits(), 0, i);
            if (layout.highBits() > 0) {
                plane(target, unit + layout.highOffset(i) + 4L * row, layout.highBits(), layout.lowBits(), i);
            }
        }
        return isFinite();
    }

    private boolean isFinite() {
        return switch (layout.scaleBytes()) {
            case 4 -> (lanes.scale & Integer.MAX_VALUE) < LARGE_SCALE;
            case 2 ->
                (lanes.scale & HALF_EXPONENT) != HALF_EXPONENT
                        && (!layout.hasMinima() || (lanes.min & HALF_EXPONENT) != HALF_EXPONENT);
            default -> lanes.scale < LARGE_EXPONENT;
        };
    }

    /** {@code bits} bits of each quant of a block, from bit {@code from} on. */
    private void plane(MemorySegment target, long at, int bits, int from, int block) {
        int[] quants = lanes.quants;
        int first = block * QuantLayout.GROUPS;
        if (bits == 4) { // the usual case, without an inner loop
            for (int vector = 0; vector < 4; vector++) {
                int low = quants[first + vector] >>> from & 0x0f0f0f0f;
                int high = quants[first + vector + 4] >>> from & 0x0f0f0f0f;
                target.set(INT, at + (long) vector * QuantLayout.GROUP_BYTES, low | high << 4);
            }
            return;
        }
        int mask = ((1 << bits) - 1) * 0x01010101;
        for (int vector = 0; vector < bits; vector++) {
            int packed = 0;
            for (int group = vector, shift = 0; group < QuantLayout.GROUPS; group += bits, shift += bits) {
                packed |= (quants[first + group] >>> from & mask) << shift;
            }
            target.set(INT, at + (long) vector * QuantLayout.GROUP_BYTES, packed);
        }
    }

    private void subs(MemorySegment target, long at, int bits, int[] subs) {
        if (bits == 6) {
            subPlane(target, at, 4, 0, subs);
            subPlane(target, at + QuantLayout.ROWS * 2L * subs.length, 2, 4, subs);
        } else {
            subPlane(target, at, bits, 0, subs);
        }
    }

    private static void subPlane(MemorySegment target, long at, int bits, int from, int[] subs) {
        int count = 4 * subs.length;
        int vectors = count * bits / 8;
        int mask = (1 << bits) - 1;
        for (int vector = 0; vector < vectors; vector++) {
            int packed = 0;
            for (int sub = vector, shift = 0; sub < count; sub += vectors, shift += bits) {
                packed |= (subs[sub >> 2] >>> 8 * (sub & 3) >>> from & mask) << shift;
            }
            target.set(ValueLayout.JAVA_BYTE, at + (long) vector * QuantLayout.ROWS, (byte) packed);
        }
    }
}
