package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.tensor.BlockIQ4_NL;
import dev.lockstep.tensor.BlockIQ4_XS;
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
import java.util.List;
import java.util.stream.IntStream;

/**
 * The fields of one block of a file as {@link QuantLayout} stores them, in registers: the native twin of what {@code host.layout} reads in Java.
 * Quants have four columns to a lane of 32 bits, sub-scales and sub-minima one sub-block to a lane of 8. The places of fields are those of the
 * block descriptors in {@code dev.lockstep.tensor}; blocks may lie at any address.
 */
record FileBlock(IrFunction f, QuantLayout layout, Ir address) {
    private static final Type WORD = Type.I32.times(1);
    private static final Type HALF = Type.I16.times(1);
    private static final Type WORDS = Type.I32.times(QuantLayout.GROUPS);
    private static final int NIBBLES = 0x0f0f0f0f;
    private static final int PAIRS = 0x03030303;
    private static final int BITS = 0x01010101;

    /** Whether there is code to read this type: all but those whose elements are numbers of entries in grids. */
    static boolean readable(QuantLayout layout) {
        return switch (layout) {
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K, IQ4_XS -> true;
            case MXFP4, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0 -> false;
        };
    }

    /** One lane: float16, or float32 where the layout says so. */
    Ir scale() {
        return switch (layout) {
            case Q2_K -> load(HALF, BlockQ2_K.D);
            case Q3_K -> load(HALF, BlockQ3_K.D);
            case Q6_K -> load(HALF, BlockQ6_K.D);
            case Q8_K -> load(WORD, BlockQ8_K.D);
            default -> load(HALF, 0); // first of all in the others
        };
    }

    /** One lane of float16, of types that have a minimum. */
    Ir min() {
        return load(
                HALF,
                switch (layout) {
                    case Q4_1 -> BlockQ4_1.M;
                    case Q5_1 -> BlockQ5_1.M;
                    case Q2_K -> BlockQ2_K.DMIN;
                    case Q4_K -> BlockQ4_K.DMIN;
                    case Q5_K -> BlockQ5_K.DMIN;
                    default -> throw unreadable();
                });
    }

    /** The quants of block {@code block} of 32 columns. */
    Ir quants(int block) {
        return switch (layout) {
            case Q4_0 -> nibbles(BlockQ4_0.QUANTS);
            case IQ4_NL -> nibbles(BlockIQ4_NL.QUANTS);
            case Q4_1 -> nibbles(BlockQ4_1.QUANTS);
            case Q5_0 -> f.or(nibbles(BlockQ5_0.QUANTS), fifthBits(BlockQ5_0.HIGH_BITS));
            case Q5_1 -> f.or(nibbles(BlockQ5_1.QUANTS), fifthBits(BlockQ5_1.HIGH_BITS));
            case Q8_0 -> load(WORDS, BlockQ8_0.QUANTS);
            case Q8_K -> load(WORDS, BlockQ8_K.QUANTS + 32 * block);
            case IQ4_XS -> nibbles(BlockIQ4_XS.QUANTS + 16 * block);
            case Q2_K -> pair(BlockQ2_K.QUANTS, block);
            case Q3_K -> f.or(pair(BlockQ3_K.QUANTS, block), f.shl(bit(BlockQ3_K.HIGH_BITS, block), 2));
            case Q4_K -> nibble(BlockQ4_K.QUANTS + 32 * (block / 2), block % 2);
            case Q5_K ->
                f.or(nibble(BlockQ5_K.QUANTS + 32 * (block / 2), block % 2), f.shl(bit(BlockQ5_K.HIGH_BITS, block), 4));
            case Q6_K ->
                f.or(
                        nibble(BlockQ6_K.QUANTS + 64 * (block / 4) + 32 * (block % 2), block % 4 / 2),
                        f.shl(pair(BlockQ6_K.HIGH_BITS, block), 4));
            default -> throw unreadable();
        };
    }

    Ir subScales() {
        return switch (layout) {
            case Q2_K -> masked(load(Type.I8.times(16), BlockQ2_K.SCALES), 0, 15);
            case Q3_K -> {
                Ir high = load(WORD, BlockQ3_K.SCALES + 8);
                yield lanes(IntStream.range(0, 4)
                        .mapToObj(i -> f.or(
                                masked(load(WORD, BlockQ3_K.SCALES + 4 * (i % 2)), 4 * (i / 2), NIBBLES),
                                f.shl(masked(high, 2 * i, PAIRS), 4)))
                        .toList());
            }
            case Q4_K -> sixBitPairs(BlockQ4_K.SCALES, 0);
            case Q5_K -> sixBitPairs(BlockQ5_K.SCALES, 0);
            case Q6_K -> load(Type.I8.times(16), BlockQ6_K.SCALES);
            case IQ4_XS -> {
                Ir high = f.zext(f.extract(load(HALF, BlockIQ4_XS.HIGH_SCALES), 0), Type.I32);
                Ir low = f.extract(load(WORD, BlockIQ4_XS.LOW_SCALES), 0);
                Ir scales = f.or(spread(low, 4, 15), f.shl(spread(high, 2, 3), 4));
                yield f.convert("trunc", scales, Type.I8.times(QuantLayout.GROUPS));
            }
            default -> throw unreadable();
        };
    }

    Ir subMins() {
        return switch (layout) {
            case Q2_K -> masked(load(Type.I8.times(16), BlockQ2_K.SCALES), 4, 15);
            case Q4_K -> sixBitPairs(BlockQ4_K.SCALES, 1);
            case Q5_K -> sixBitPairs(BlockQ5_K.SCALES, 1);
            default -> throw unreadable();
        };
    }

    /** Eight scales (0) or minima (1) of 6 bits: four in a word, whose upper bits belong to four that begin in halves of the third one. */
    private Ir sixBitPairs(int at, int which) {
        Ir first = load(WORD, at + 4 * which);
        Ir second = f.or(masked(load(WORD, at + 8), 4 * which, NIBBLES), masked(first, 2, 0x30303030));
        return lanes(List.of(masked(first, 0, 0x3f3f3f3f), second));
    }

    /** Columns 0 to 15 in the low halves of 16 bytes, 16 to 31 in the high ones. */
    private Ir nibbles(int at) {
        Ir both = load(Type.I32.times(4), at);
        return f.concat(List.of(masked(both, 0, NIBBLES), masked(both, 4, NIBBLES)));
    }

    /** The low (0) or high (1) halves of 32 bytes. */
    private Ir nibble(int at, int half) {
        return masked(load(WORDS, at), 4 * half, NIBBLES);
    }

    /** Two bits per column, four columns in a byte, 32 columns apart. */
    private Ir pair(int at, int block) {
        return masked(load(WORDS, at + 32 * (block / 4)), 2 * (block % 4), PAIRS);
    }

    /** One bit per column, eight columns in a byte, 32 columns apart. */
    private Ir bit(int at, int block) {
        return masked(load(WORDS, at), block, BITS);
    }

    /** The bits of 32 columns, one after the other, as bits of value 16. */
    private Ir fifthBits(int at) {
        Ir four = spread(f.extract(load(WORD, at), 0), 4, 15);
        // four copies of four bits, 7 apart: bit b of copy b lands in bit 8 b
        return f.shl(masked(f.mul(four, Ir.constant(WORDS, 0x204081)), 0, BITS), 4);
    }

    /** Lane i has the field i of so many bits. */
    private Ir spread(Ir word, int bits, int mask) {
        int[] shifts = IntStream.range(0, QuantLayout.GROUPS).map(i -> bits * i).toArray();
        Ir lanes = f.splat(word, QuantLayout.GROUPS);
        return f.and(f.lshr(lanes, f.vector(Type.I32, shifts)), Ir.constant(WORDS, mask));
    }

    private Ir masked(Ir value, int shift, int mask) {
        return f.and(f.lshr(value, shift), Ir.constant(value.type(), mask));
    }

    /** Bytes of words side by side. */
    private Ir lanes(List<Ir> words) {
        return f.concat(words.stream()
                .map(word -> f.bitcast(word, Type.I8.times(Integer.BYTES)))
                .toList());
    }

    private Ir load(Type type, int at) {
        return f.bitcast(f.load(Type.I8.times(type.bytes()), address, at), type);
    }

    private AssertionError unreadable() {
        return new AssertionError("no code for a field of " + layout);
    }
}
