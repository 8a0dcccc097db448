package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/** The value of one element by the formula of its type, through the accessors that the packer uses. */
final class BlockValues {
    private BlockValues() {}

    static float value(TensorType type, MemorySegment s, long b, int i) {
        return switch (type) {
            case F32 -> LittleEndian.float32(s, b);
            case F16 -> LittleEndian.float16(s, b);
            case BF16 -> LittleEndian.bfloat16(s, b);
            case Q4_0 -> BlockQ4_0.d(s, b) * BlockQ4_0.quant(s, b, i);
            case Q4_1 -> BlockQ4_1.d(s, b) * BlockQ4_1.quant(s, b, i) + BlockQ4_1.m(s, b);
            case Q5_0 -> BlockQ5_0.d(s, b) * BlockQ5_0.quant(s, b, i);
            case Q5_1 -> BlockQ5_1.d(s, b) * BlockQ5_1.quant(s, b, i) + BlockQ5_1.m(s, b);
            case Q8_0 -> BlockQ8_0.d(s, b) * BlockQ8_0.quant(s, b, i);
            case Q8_K -> BlockQ8_K.d(s, b) * BlockQ8_K.quant(s, b, i);
            case IQ4_NL -> BlockIQ4_NL.d(s, b) * BlockIQ4_NL.quant(s, b, i);
            case Q2_K ->
                BlockQ2_K.d(s, b) * BlockQ2_K.scale(s, b, i / BlockQ2_K.SUB_BLOCK) * BlockQ2_K.quant(s, b, i)
                        - BlockQ2_K.dmin(s, b) * BlockQ2_K.min(s, b, i / BlockQ2_K.SUB_BLOCK);
            case Q3_K -> BlockQ3_K.d(s, b) * BlockQ3_K.scale(s, b, i / BlockQ3_K.SUB_BLOCK) * BlockQ3_K.quant(s, b, i);
            case Q4_K ->
                BlockQ4_K.d(s, b) * BlockQ4_K.scale(s, b, i / BlockQ4_K.SUB_BLOCK) * BlockQ4_K.quant(s, b, i)
                        - BlockQ4_K.dmin(s, b) * BlockQ4_K.min(s, b, i / BlockQ4_K.SUB_BLOCK);
            case Q5_K ->
                BlockQ5_K.d(s, b) * BlockQ5_K.scale(s, b, i / BlockQ5_K.SUB_BLOCK) * BlockQ5_K.quant(s, b, i)
                        - BlockQ5_K.dmin(s, b) * BlockQ5_K.min(s, b, i / BlockQ5_K.SUB_BLOCK);
            case Q6_K -> BlockQ6_K.d(s, b) * BlockQ6_K.scale(s, b, i / BlockQ6_K.SUB_BLOCK) * BlockQ6_K.quant(s, b, i);
            case IQ4_XS ->
                BlockIQ4_XS.d(s, b) * BlockIQ4_XS.scale(s, b, i / BlockIQ4_XS.SUB_BLOCK) * BlockIQ4_XS.quant(s, b, i);
            case IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, TQ1_0, TQ2_0, MXFP4 ->
                tableValue(type.tableBlock().orElseThrow(), s, b, i);
            case Q8_1, I8, I16, I32, I64, F64, NVFP4, Q1_0, Q2_0 ->
                throw new IllegalArgumentException(type + " is not computable");
        };
    }

    private static float tableValue(TableBlock type, MemorySegment s, long b, int i) {
        byte[] codes = new byte[type.elements()];
        byte[] subs = new byte[type.subBlocks()];
        type.read(s, b, codes, subs);
        return type.scale(s, b) * (subs[i / type.subBlock()] * type.table()[codes[i]]);
    }
}
