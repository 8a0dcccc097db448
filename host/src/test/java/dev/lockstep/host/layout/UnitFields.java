package dev.lockstep.host.layout;

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
import java.lang.foreign.MemorySegment;

/** The plain way to read: the fields of one block of a file, as {@link QuantLayout} stores them; reused from block to block. */
final class UnitFields {
    private static final byte[] TABLE_INDEX = tableIndex();

    private final QuantLayout layout;

    /** Stored quants: never negative below 8 bits. */
    final byte[] quants;

    final byte[] subScales;
    final byte[] subMins;
    float scale;
    float min;

    UnitFields(QuantLayout layout) {
        this.layout = layout;
        this.quants = new byte[layout.columns()];
        this.subScales = new byte[layout.subScaleBits() == 0 ? 0 : layout.subBlocks()];
        this.subMins = new byte[layout.subMinBits() == 0 ? 0 : layout.subBlocks()];
    }

    private static byte[] tableIndex() {
        byte[] index = new byte[256];
        for (int i = 0; i < 16; i++) {
            index[BlockIQ4_NL.tableQuant(i) & 0xFF] = (byte) i;
        }
        return index;
    }

    void read(MemorySegment source, long block) {
        switch (layout) {
            case Q4_0 -> {
                scale = BlockQ4_0.d(source, block);
                readQuants(BlockQ4_0::quant, source, block);
            }
            case Q4_1 -> {
                scale = BlockQ4_1.d(source, block);
                min = BlockQ4_1.m(source, block);
                readQuants(BlockQ4_1::quant, source, block);
            }
            case Q5_0 -> {
                scale = BlockQ5_0.d(source, block);
                readQuants(BlockQ5_0::quant, source, block);
            }
            case Q5_1 -> {
                scale = BlockQ5_1.d(source, block);
                min = BlockQ5_1.m(source, block);
                readQuants(BlockQ5_1::quant, source, block);
            }
            case Q8_0 -> {
                scale = BlockQ8_0.d(source, block);
                readQuants(BlockQ8_0::quant, source, block);
            }
            case Q8_K -> {
                scale = BlockQ8_K.d(source, block);
                readQuants(BlockQ8_K::quant, source, block);
            }
            case IQ4_NL -> {
                scale = BlockIQ4_NL.d(source, block);
                readQuants(BlockIQ4_NL::quant, source, block);
            }
            case IQ4_XS -> {
                scale = BlockIQ4_XS.d(source, block);
                readSubs(subScales, BlockIQ4_XS::scale, source, block);
                readQuants(BlockIQ4_XS::quant, source, block);
            }
            case MXFP4, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0 -> {
                TableBlock table = layout.type().tableBlock().orElseThrow();
                scale = table.scale(source, block);
                byte[] subs = new byte[table.subBlocks()];
                table.read(source, block, quants, subs);
                System.arraycopy(subs, 0, subScales, 0, subScales.length);
            }
            case Q2_K -> {
                scale = BlockQ2_K.d(source, block);
                min = BlockQ2_K.dmin(source, block);
                readSubs(subScales, BlockQ2_K::scale, source, block);
                readSubs(subMins, BlockQ2_K::min, source, block);
                readQuants(BlockQ2_K::quant, source, block);
            }
            case Q3_K -> {
                scale = BlockQ3_K.d(source, block);
                readSubs(subScales, BlockQ3_K::scale, source, block);
                readQuants(BlockQ3_K::quant, source, block);
            }
            case Q4_K -> {
                scale = BlockQ4_K.d(source, block);
                min = BlockQ4_K.dmin(source, block);
                readSubs(subScales, BlockQ4_K::scale, source, block);
                readSubs(subMins, BlockQ4_K::min, source, block);
                readQuants(BlockQ4_K::quant, source, block);
            }
            case Q5_K -> {
                scale = BlockQ5_K.d(source, block);
                min = BlockQ5_K.dmin(source, block);
                readSubs(subScales, BlockQ5_K::scale, source, block);
                readSubs(subMins, BlockQ5_K::min, source, block);
                readQuants(BlockQ5_K::quant, source, block);
            }
            case Q6_K -> {
                scale = BlockQ6_K.d(source, block);
                readSubs(subScales, BlockQ6_K::scale, source, block);
                readQuants(BlockQ6_K::quant, source, block);
            }
        }
        if (subScales.length > 0) {
            for (int i = 0; i < subScales.length; i++) {
                subScales[i] += (byte) layout.subScaleOffset();
            }
        }
    }

    @FunctionalInterface
    private interface Field {
        int read(MemorySegment source, long block, int index);
    }

    private void readQuants(Field quant, MemorySegment source, long block) {
        for (int i = 0; i < quants.length; i++) {
            int value = quant.read(source, block, i);
            quants[i] = layout.table().isPresent() ? TABLE_INDEX[value & 0xFF] : (byte) (value + layout.offset());
        }
    }

    private static void readSubs(byte[] target, Field field, MemorySegment source, long block) {
        for (int i = 0; i < target.length; i++) {
            target[i] = (byte) field.read(source, block, i);
        }
    }
}
