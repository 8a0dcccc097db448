package dev.lockstep.graph.reference;

import dev.lockstep.tensor.TensorType;

/**
 * How a dot product combines the parts of a {@link QuantizedBlock}; a property of the type alone.
 *
 * @param subScales whether each half of a block has an integer scale of its own (else both are 1)
 * @param minima what values are added to the scaled quants
 */
public record BlockArithmetic(boolean subScales, Minima minima) {
    /** Values added to the scaled quants of a block. */
    public enum Minima {
        NONE,
        /** One for all 32 columns. */
        PER_BLOCK,
        /** One for each 16 columns. */
        PER_HALF
    }

    private static final BlockArithmetic SCALED = new BlockArithmetic(false, Minima.NONE);
    private static final BlockArithmetic SUB_SCALED = new BlockArithmetic(true, Minima.NONE);
    private static final BlockArithmetic OFFSET = new BlockArithmetic(false, Minima.PER_BLOCK);
    private static final BlockArithmetic SUB_SCALED_AND_OFFSET = new BlockArithmetic(true, Minima.PER_HALF);

    /** @throws IllegalArgumentException unless the type is quantised and computable */
    public static BlockArithmetic of(TensorType type) {
        return switch (type) {
            case Q4_0, Q5_0, Q8_0, Q8_K, IQ4_NL, IQ4_XS, IQ2_XXS, IQ3_XXS, IQ3_S, IQ1_S, TQ1_0, TQ2_0, MXFP4 -> SCALED;
            case Q3_K, Q6_K, IQ2_XS, IQ2_S, IQ1_M -> SUB_SCALED;
            case Q4_1, Q5_1, Q4_K, Q5_K -> OFFSET;
            case Q2_K -> SUB_SCALED_AND_OFFSET;
            case F32, F16, BF16, F64, I8, I16, I32, I64 -> throw notQuantized(type);
            case Q8_1, NVFP4, Q1_0, Q2_0 -> throw notQuantized(type);
        };
    }

    static IllegalArgumentException notQuantized(TensorType type) {
        return new IllegalArgumentException(type + " is no quantised type that can be computed with");
    }
}
