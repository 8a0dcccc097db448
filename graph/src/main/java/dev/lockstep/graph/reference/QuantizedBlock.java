package dev.lockstep.graph.reference;

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
import dev.lockstep.tensor.TableBlock;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * 32 consecutive columns of a row of quantised weights in one form for all types, from which matrix products are
 * computed. With h = 0 for the first 16 columns and h = 1 for the others:
 *
 * <pre>weight(i) = scale * sub(h) * quant(i) + min(h)</pre>
 *
 * Scale and minima are exact: products of a float16 and an integer of at most 8 bits. For super-blocks of 256 columns this is
 * one eighth of the super-block. Reused from block to block; {@link BlockArithmetic} says which parts a type has.
 */
public final class QuantizedBlock {
    /** Columns of a block. */
    public static final int COLUMNS = 32;

    private final TensorType type;
    private final int blocksPerUnit;
    private final byte[] quants = new byte[COLUMNS];
    private float scale;
    private int sub0 = 1;
    private int sub1 = 1;
    private float min0;
    private float min1;
    private byte[] codes = {};
    private byte[] subs = {};
    private long decoded;
    private @Nullable MemorySegment decodedFrom;

    /** @throws IllegalArgumentException unless the type is quantised and computable */
    public QuantizedBlock(TensorType type) {
        BlockArithmetic.of(type);
        this.type = type;
        this.blocksPerUnit = type.blockElements() / COLUMNS;
    }

    /** Exact factor of all quants. */
    public float scale() {
        return scale;
    }

    /** Integer factor of half 0 or 1; 1 for types without. */
    public int sub(int half) {
        return half == 0 ? sub0 : sub1;
    }

    /** What half 0 or 1 adds to its scaled quants; 0 for types without. */
    public float min(int half) {
        return half == 0 ? min0 : min1;
    }

    /** The integer of column {@code i}. */
    public int quant(int i) {
        return quants[i];
    }

    /** All 32 integers; overwritten by the next {@link #read}. */
    public byte[] quants() {
        return quants;
    }

    /**
     * Reads columns 32 * index to 32 * index + 31 of the row that starts at {@code row}.
     *
     * @param row offset of the row's first byte in {@code source}
     */
    public void read(MemorySegment source, long row, int index) {
        long block = row + (long) (index / blocksPerUnit) * type.blockBytes();
        int part = index % blocksPerUnit;
        int first = part * COLUMNS;
        switch (type) {
            case Q4_0 -> {
                scale = BlockQ4_0.d(source, block);
                readQuants(BlockQ4_0::quant, source, block, first);
            }
            case Q4_1 -> {
                scale = BlockQ4_1.d(source, block);
                setMin(BlockQ4_1.m(source, block));
                readQuants(BlockQ4_1::quant, source, block, first);
            }
            case Q5_0 -> {
                scale = BlockQ5_0.d(source, block);
                readQuants(BlockQ5_0::quant, source, block, first);
            }
            case Q5_1 -> {
                scale = BlockQ5_1.d(source, block);
                setMin(BlockQ5_1.m(source, block));
                readQuants(BlockQ5_1::quant, source, block, first);
            }
            case Q8_0 -> {
                scale = BlockQ8_0.d(source, block);
                readQuants(BlockQ8_0::quant, source, block, first);
            }
            case Q8_K -> {
                scale = BlockQ8_K.d(source, block);
                readQuants(BlockQ8_K::quant, source, block, first);
            }
            case IQ4_NL -> {
                scale = BlockIQ4_NL.d(source, block);
                readQuants(BlockIQ4_NL::quant, source, block, first);
            }
            case IQ4_XS -> {
                scale = BlockIQ4_XS.d(source, block) * BlockIQ4_XS.scale(source, block, part);
                readQuants(BlockIQ4_XS::quant, source, block, first);
            }
            case Q4_K -> {
                scale = BlockQ4_K.d(source, block) * BlockQ4_K.scale(source, block, part);
                setMin(-(BlockQ4_K.dmin(source, block) * BlockQ4_K.min(source, block, part)));
                readQuants(BlockQ4_K::quant, source, block, first);
            }
            case Q5_K -> {
                scale = BlockQ5_K.d(source, block) * BlockQ5_K.scale(source, block, part);
                setMin(-(BlockQ5_K.dmin(source, block) * BlockQ5_K.min(source, block, part)));
                readQuants(BlockQ5_K::quant, source, block, first);
            }
            case Q2_K -> {
                scale = BlockQ2_K.d(source, block);
                sub0 = BlockQ2_K.scale(source, block, 2 * part);
                sub1 = BlockQ2_K.scale(source, block, 2 * part + 1);
                float dmin = BlockQ2_K.dmin(source, block);
                min0 = -(dmin * BlockQ2_K.min(source, block, 2 * part));
                min1 = -(dmin * BlockQ2_K.min(source, block, 2 * part + 1));
                readQuants(BlockQ2_K::quant, source, block, first);
            }
            case Q3_K -> {
                scale = BlockQ3_K.d(source, block);
                sub0 = BlockQ3_K.scale(source, block, 2 * part);
                sub1 = BlockQ3_K.scale(source, block, 2 * part + 1);
                readQuants(BlockQ3_K::quant, source, block, first);
            }
            case Q6_K -> {
                scale = BlockQ6_K.d(source, block);
                sub0 = BlockQ6_K.scale(source, block, 2 * part);
                sub1 = BlockQ6_K.scale(source, block, 2 * part + 1);
                readQuants(BlockQ6_K::quant, source, block, first);
            }
            case F32, F16, BF16, F64, I8, I16, I32, I64 -> throw BlockArithmetic.notQuantized(type);
            case IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0, MXFP4 ->
                readTable(type.tableBlock().orElseThrow(), source, block, first);
            case Q8_1, NVFP4, Q1_0, Q2_0 -> throw BlockArithmetic.notQuantized(type);
        }
    }

    /** A block is decoded once for all its parts, which are read one after the other. */
    private void readTable(TableBlock table, MemorySegment source, long block, int first) {
        if (codes.length == 0) {
            codes = new byte[table.elements()];
            subs = new byte[table.subBlocks()];
        }
        if (first == 0 || block != decoded || source != decodedFrom) {
            table.read(source, block, codes, subs);
            decoded = block;
            decodedFrom = source;
        }
        for (int i = 0; i < COLUMNS; i++) {
            quants[i] = table.table()[codes[first + i]];
        }
        scale = table.scale(source, block);
        if (table.subBlock() == COLUMNS) {
            scale *= subs[first / COLUMNS];
        } else if (table.subBlock() < COLUMNS) {
            sub0 = subs[first / table.subBlock()];
            sub1 = subs[first / table.subBlock() + 1];
        }
    }

    private void setMin(float min) {
        min0 = min;
        min1 = min;
    }

    private void readQuants(QuantReader reader, MemorySegment source, long block, int first) {
        for (int i = 0; i < COLUMNS; i++) {
            quants[i] = (byte) reader.quant(source, block, first + i);
        }
    }

    @FunctionalInterface
    private interface QuantReader {
        int quant(MemorySegment source, long block, int i);
    }
}
