package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * What the engine can do with consecutive blocks of a computable type.
 *
 * @param dequantize expands blocks to floats
 * @param finite whether all floating-point fields of one block, and the values they scale, are finite
 */
record BlockCodec(Dequantize dequantize, Finite finite) {
    @FunctionalInterface
    interface Dequantize {
        void blocks(MemorySegment source, long first, float[] target, int at, int blocks);
    }

    @FunctionalInterface
    interface Finite {
        boolean block(MemorySegment source, long block);
    }
}
