package dev.lockstep.host.layout;

import static dev.lockstep.host.layout.LittleEndianLayouts.INT;
import static dev.lockstep.host.layout.LittleEndianLayouts.SHORT;

import dev.lockstep.tensor.BlockIQ4_NL;
import dev.lockstep.tensor.BlockIQ4_XS;
import dev.lockstep.tensor.BlockMXFP4;
import dev.lockstep.tensor.BlockQ2_K;
import dev.lockstep.tensor.BlockQ3_K;
import dev.lockstep.tensor.BlockQ4_0;
import dev.lockstep.tensor.BlockQ4_1;
import dev.lockstep.tensor.BlockQ4_K;
import dev.lockstep.tensor.BlockQ5_0;
import dev.lockstep.tensor.BlockQ5_1;
import dev.lockstep.tensor.BlockQ5_K;
import dev.lockstep.tensor.BlockQ6_K;
import dev.lockstep.tensor.BlockQ8_0;
import dev.lockstep.tensor.BlockQ8_K;
import dev.lockstep.tensor.TableBlock;
import java.lang.foreign.MemorySegment;

/**
 * The fields of one block of a file as {@link QuantLayout} stores them, read four at a time: a <em>lane</em> is an int with one field
 * per byte. The places of fields are those of the block descriptors in {@code dev.lockstep.tensor}.
 */
final class BlockLanes {
    private static final int NIBBLES = 0x0f0f0f0f;
    private static final int PAIRS = 0x03030303;
    private static final int BITS = 0x01010101;

    private final QuantLayout layout;

    /** Quants, four columns each; never negative below 8 bits. */
    final int[] quants;

    /** Four sub-blocks each. */
    final int[] subScales;

    final int[] subMins;

    /** Bits of the scale (float16 or float32) and the minimum (float16). */
    int scale;

    int min;

    private final byte[] codes;
    private final byte[] subs;

    BlockLanes(QuantLayout layout) {
        this.layout = layout;
        this.codes = new byte[layout.columns()];
        this.subs = new byte[layout.subBlocks()];
        this.quants = new int[layout.columns() / 4];
        this.subScales = new int[layout.subBlocks() / 4];
        this.subMins = new int[layout.subBlocks() / 4];
    }

    void read(MemorySegment source, long block) {
        switch (layout) {
            case Q4_0 -> {
                scale = half(source, block + BlockQ4_0.D);
                nibbles(source, block + BlockQ4_0.QUANTS, 0, 4);
            }
            case IQ4_NL -> {
                scale = half(source, block + BlockIQ4_NL.D);
                nibbles(source, block + BlockIQ4_NL.QUANTS, 0, 4);
            }
            case Q4_1 -> {
                scale = half(source, block + BlockQ4_1.D);
                min = half(source, block + BlockQ4_1.M);
                nibbles(source, block + BlockQ4_1.QUANTS, 0, 4);
            }
            case Q5_0 -> {
                scale = half(source, block + BlockQ5_0.D);
                nibbles(source, block + BlockQ5_0.QUANTS, 0, 4);
                fifthBits(source.get(INT, block + BlockQ5_0.HIGH_BITS));
            }
            case Q5_1 -> {
                scale = half(source, block + BlockQ5_1.D);
                min = half(source, block + BlockQ5_1.M);
                nibbles(source, block + BlockQ5_1.QUANTS, 0, 4);
                fifthBits(source.get(INT, block + BlockQ5_1.HIGH_BITS));
            }
            case Q8_0 -> {
                scale = half(source, block + BlockQ8_0.D);
                bytes(source, block + BlockQ8_0.QUANTS);
            }
            case Q8_K -> {
                scale = source.get(INT, block + BlockQ8_K.D);
                bytes(source, block + BlockQ8_K.QUANTS);
            }
            case IQ4_XS -> {
                scale = half(source, block + BlockIQ4_XS.D);
                sixBitScales(
                        half(source, block + BlockIQ4_XS.HIGH_SCALES), source.get(INT, block + BlockIQ4_XS.LOW_SCALES));
                for (int sub = 0; sub < 8; sub++) {
                    nibbles(source, block + BlockIQ4_XS.QUANTS + 16 * sub, 8 * sub, 4);
                }
            }
            case MXFP4 -> {
                scale = BlockMXFP4.exponent(source, block);
                readTable(layout.type().tableBlock().orElseThrow(), source, block);
            }
            case IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0 -> {
                TableBlock table = layout.type().tableBlock().orElseThrow();
                scale = Float.floatToRawIntBits(table.scale(source, block));
                readTable(table, source, block);
            }
            case Q2_K -> {
                scale = half(source, block + BlockQ2_K.D);
                min = half(source, block + BlockQ2_K.DMIN);
                for (int i = 0; i < 4; i++) {
                    int both = source.get(INT, block + BlockQ2_K.SCALES + 4 * i);
                    subScales[i] = both & NIBBLES;
                    subMins[i] = both >>> 4 & NIBBLES;
                }
                pairs(source, block + BlockQ2_K.QUANTS);
            }
            case Q3_K -> {
                scale = half(source, block + BlockQ3_K.D);
                sixBitScales(source, block + BlockQ3_K.SCALES);
                pairs(source, block + BlockQ3_K.QUANTS);
                addBits(source, block + BlockQ3_K.HIGH_BITS, 2);
            }
            case Q4_K -> {
                scale = half(source, block + BlockQ4_K.D);
                min = half(source, block + BlockQ4_K.DMIN);
                sixBitPairs(source, block + BlockQ4_K.SCALES);
                quarters(source, block + BlockQ4_K.QUANTS);
            }
            case Q5_K -> {
                scale = half(source, block + BlockQ5_K.D);
                min = half(source, block + BlockQ5_K.DMIN);
                sixBitPairs(source, block + BlockQ5_K.SCALES);
                quarters(source, block + BlockQ5_K.QUANTS);
                addBits(source, block + BlockQ5_K.HIGH_BITS, 4);
            }
            case Q6_K -> {
                scale = half(source, block + BlockQ6_K.D);
                for (int i = 0; i < 4; i++) {
                    subScales[i] = source.get(INT, block + BlockQ6_K.SCALES + 4 * i);
                }
                nibbles(source, block + BlockQ6_K.QUANTS, 0, 16);
                nibbles(source, block + BlockQ6_K.QUANTS + 64, 32, 16);
                addPairs(source, block + BlockQ6_K.HIGH_BITS);
            }
        }
    }

    private void readTable(TableBlock table, MemorySegment source, long block) {
        table.read(source, block, codes, subs);
        gather(codes, quants);
        gather(subs, subScales);
    }

    private static void gather(byte[] fields, int[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = fields[4 * i] | fields[4 * i + 1] << 8 | fields[4 * i + 2] << 16 | fields[4 * i + 3] << 24;
        }
    }

    private static int half(MemorySegment source, long at) {
        return source.get(SHORT, at) & 0xffff;
    }

    private void bytes(MemorySegment source, long at) {
        MemorySegment.copy(source, INT, at, quants, 0, quants.length);
    }

    /** {@code count} lanes from the low halves of bytes, and as many behind them from the high halves. */
    private void nibbles(MemorySegment source, long at, int lane, int count) {
        for (int i = 0; i < count; i++) {
            int both = source.get(INT, at + 4L * i);
            quants[lane + i] = both & NIBBLES;
            quants[lane + count + i] = both >>> 4 & NIBBLES;
        }
    }

    private void quarters(MemorySegment source, long at) {
        for (int quarter = 0; quarter < 4; quarter++) {
            nibbles(source, at + 32 * quarter, 16 * quarter, 8);
        }
    }

    /** Bit i is that of column i. */
    private void fifthBits(int bits) {
        for (int group = 0; group < QuantLayout.GROUPS; group++) {
            // four copies of four bits, 7 apart: bit b of copy b lands in bit 8 b
            quants[group] |= ((bits >>> 4 * group & 15) * 0x204081 & BITS) << 4;
        }
    }

    /** Two bits per column, four columns in a byte, 32 columns apart. */
    private void pairs(MemorySegment source, long at) {
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 8; i++) {
                int four = source.get(INT, at + 32 * half + 4 * i);
                for (int part = 0; part < 4; part++) {
                    quants[32 * half + 8 * part + i] = four >>> 2 * part & PAIRS;
                }
            }
        }
    }

    private void addPairs(MemorySegment source, long at) {
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 8; i++) {
                int four = source.get(INT, at + 32 * half + 4 * i);
                for (int part = 0; part < 4; part++) {
                    quants[32 * half + 8 * part + i] |= (four >>> 2 * part & PAIRS) << 4;
                }
            }
        }
    }

    /** One bit per column, eight columns in a byte, 32 columns apart. */
    private void addBits(MemorySegment source, long at, int shift) {
        for (int i = 0; i < 8; i++) {
            int eight = source.get(INT, at + 4 * i);
            for (int part = 0; part < 8; part++) {
                quants[8 * part + i] |= (eight >>> part & BITS) << shift;
            }
        }
    }

    /** Q4_K and Q5_K. */
    private void sixBitPairs(MemorySegment source, long at) {
        int first = source.get(INT, at);
        int second = source.get(INT, at + 4);
        int low = source.get(INT, at + 8);
        subScales[0] = first & 0x3f3f3f3f;
        subScales[1] = low & NIBBLES | first >>> 2 & 0x30303030;
        subMins[0] = second & 0x3f3f3f3f;
        subMins[1] = low >>> 4 & NIBBLES | second >>> 2 & 0x30303030;
    }

    /** Q3_K. */
    private void sixBitScales(MemorySegment source, long at) {
        int high = source.get(INT, at + 8);
        for (int i = 0; i < 4; i++) {
            int low = source.get(INT, at + 4 * (i % 2)) >>> 4 * (i / 2) & NIBBLES;
            subScales[i] = low | (high >>> 2 * i & PAIRS) << 4;
        }
    }

    /** IQ4_XS: two and four bits of each scale, next to each other. */
    private void sixBitScales(int high, int low) {
        subScales[0] = 0;
        subScales[1] = 0;
        for (int sub = 0; sub < 8; sub++) {
            int scale = low >>> 4 * sub & 15 | (high >>> 2 * sub & 3) << 4;
            subScales[sub / 4] |= scale << 8 * (sub % 4);
        }
    }
}
