package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Random weights of any computable type, for measuring and testing without a model: every field of a block varies over
 * what quantisers produce, the values have about zero mean and a chosen standard deviation. The same arguments give the
 * same bytes.
 */
public final class SyntheticWeights {
    private static final int CALIBRATION_BLOCKS = 512;

    private SyntheticWeights() {}

    /**
     * Fills a segment.
     *
     * @param target whole blocks of {@code type}
     * @param deviation standard deviation of the values; in types with float16 scales it should lie between 1e-3 and 1e3
     * @throws IllegalArgumentException if the type is not computable or the segment does not hold whole blocks
     */
    public static void fill(TensorType type, MemorySegment target, long seed, float deviation) {
        if (target.byteSize() % type.blockBytes() != 0) {
            throw new IllegalArgumentException(
                    target.byteSize() + " bytes are not whole " + type + " blocks of " + type.blockBytes());
        }
        fillScaled(type, target, seed, deviation / deviationOfUnitScale(type));
    }

    /** Measured rather than derived, so that it cannot disagree with the layouts. */
    private static float deviationOfUnitScale(TensorType type) {
        int elements = CALIBRATION_BLOCKS * type.blockElements();
        MemorySegment blocks = MemorySegment.ofArray(new byte[CALIBRATION_BLOCKS * type.blockBytes()]);
        float[] values = new float[elements];
        fillScaled(type, blocks, 1, 1);
        Dequantizer.dequantize(type, blocks, 0, values, 0, elements);
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return (float) Math.sqrt(squares / elements);
    }

    /**
     * Random quants have a mean that is not quite zero. Where neither random scales nor quants of both signs cancel it,
     * the scale gets a random sign, or the offset is set to the mean of the scaled quants.
     */
    private static void fillScaled(TensorType type, MemorySegment target, long seed, float unit) {
        SplitMix64 random = new SplitMix64(seed);
        Blocks blocks = new Blocks(target, type.blockBytes(), random, unit);
        switch (type) {
            case F32 -> fillFloat32(target, random, unit);
            case F16 -> fillFloat16(target, random, unit);
            case BF16 -> fillBfloat16(target, random, unit);
            case Q4_0 -> blocks.fill((b, d, sign, wobble) -> BlockQ4_0.putD(target, b, d * sign));
            case Q5_0 -> blocks.fill((b, d, sign, wobble) -> BlockQ5_0.putD(target, b, d * sign));
            case IQ4_NL -> blocks.fill((b, d, sign, wobble) -> BlockIQ4_NL.putD(target, b, d * sign));
            case Q3_K -> blocks.fill((b, d, sign, wobble) -> BlockQ3_K.putD(target, b, d));
            case Q6_K -> blocks.fill((b, d, sign, wobble) -> BlockQ6_K.putD(target, b, d));
            case IQ4_XS -> blocks.fill((b, d, sign, wobble) -> BlockIQ4_XS.putD(target, b, d));
            case Q4_1 ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ4_1.putD(target, b, d);
                    BlockQ4_1.putM(target, b, -7.5f * d * wobble);
                });
            case Q5_1 ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ5_1.putD(target, b, d);
                    BlockQ5_1.putM(target, b, -15.5f * d * wobble);
                });
            case Q2_K ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ2_K.putD(target, b, d);
                    BlockQ2_K.putDmin(target, b, 1.5f * d * wobble);
                });
            case Q4_K ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ4_K.putD(target, b, d);
                    BlockQ4_K.putDmin(target, b, 7.5f * d * wobble);
                });
            case Q5_K ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ5_K.putD(target, b, d);
                    BlockQ5_K.putDmin(target, b, 15.5f * d * wobble);
                });
            case Q8_0 ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ8_0.clearLowestQuants(target, b);
                    BlockQ8_0.putD(target, b, d);
                });
            case Q8_K ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockQ8_K.clearLowestQuants(target, b);
                    BlockQ8_K.putD(target, b, d * sign);
                    BlockQ8_K.putSums(target, b);
                });
            case IQ2_XXS -> blocks.fill((b, d, sign, wobble) -> BlockIQ2_XXS.putD(target, b, d));
            case IQ2_XS -> blocks.fill((b, d, sign, wobble) -> BlockIQ2_XS.putD(target, b, d));
            case IQ2_S -> blocks.fill((b, d, sign, wobble) -> BlockIQ2_S.putD(target, b, d));
            case IQ3_XXS -> blocks.fill((b, d, sign, wobble) -> BlockIQ3_XXS.putD(target, b, d));
            case IQ3_S -> blocks.fill((b, d, sign, wobble) -> BlockIQ3_S.putD(target, b, d));
            case IQ1_S -> blocks.fill((b, d, sign, wobble) -> BlockIQ1_S.putD(target, b, d));
            case IQ1_M -> blocks.fill((b, d, sign, wobble) -> BlockIQ1_M.putD(target, b, d));
            case TQ1_0 -> blocks.fill((b, d, sign, wobble) -> BlockTQ1_0.putD(target, b, d));
            case TQ2_0 ->
                blocks.fill((b, d, sign, wobble) -> {
                    BlockTQ2_0.clearFourthCodes(target, b);
                    BlockTQ2_0.putD(target, b, d);
                });
            case MXFP4 -> blocks.fill((b, d, sign, wobble) -> BlockMXFP4.putScale(target, b, powerOfTwo(d, wobble)));
            case Q8_1, I8, I16, I32, I64, F64, NVFP4, Q1_0, Q2_0 ->
                throw new IllegalArgumentException("nothing computes with the tensor type " + type);
        }
    }

    /** One of the two powers of two around d, by chance, so that the mean square is that of d. */
    private static float powerOfTwo(float d, float wobble) {
        float low = Math.scalb(1f, Math.getExponent(d));
        float chance = (wobble - 0.9f) / 0.2f;
        return chance < (d / low * (d / low) - 1) / 3 ? 2 * low : low;
    }

    /** Makes a block of random bits valid: writes the scales and whatever depends on them. */
    @FunctionalInterface
    private interface Finish {
        /**
         * @param b offset of the block
         * @param d a scale around the unit, positive
         * @param sign 1 or -1
         * @param wobble a factor around 1 for offsets
         */
        void block(long b, float d, float sign, float wobble);
    }

    private record Blocks(MemorySegment target, int bytes, SplitMix64 random, float unit) {
        void fill(Finish finish) {
            for (long block = 0; block < target.byteSize(); block += bytes) {
                for (int at = 0; at < bytes - Long.BYTES; at += Long.BYTES) {
                    LittleEndian.putInt64(target, block + at, random.next());
                }
                LittleEndian.putInt64(target, block + bytes - Long.BYTES, random.next());

                long bits = random.next();
                float d = unit * (0.75f + (bits & 0xffff) * 0x1p-17f);
                float wobble = 0.9f + (bits >>> 16 & 0xffff) * 0.2f * 0x1p-16f;
                finish.block(block, d, bits < 0 ? -1 : 1, wobble);
            }
        }
    }

    private static void fillFloat32(MemorySegment target, SplitMix64 random, float unit) {
        for (long at = 0; at < target.byteSize(); at += Float.BYTES) {
            LittleEndian.putFloat32(target, at, unit * ((int) random.next() * 0x1p-31f));
        }
    }

    private static void fillFloat16(MemorySegment target, SplitMix64 random, float unit) {
        long bits = 0;
        for (long at = 0; at < target.byteSize(); at += Short.BYTES) {
            bits = nextHalf(bits, at, random);
            LittleEndian.putFloat16(target, at, unit * ((int) bits * 0x1p-31f));
        }
    }

    private static void fillBfloat16(MemorySegment target, SplitMix64 random, float unit) {
        long bits = 0;
        for (long at = 0; at < target.byteSize(); at += Short.BYTES) {
            bits = nextHalf(bits, at, random);
            LittleEndian.putInt16(target, at, Float.floatToRawIntBits(unit * ((int) bits * 0x1p-31f)) >> 16);
        }
    }

    /** Each 64 random bits serve two elements of two bytes, the low half first. */
    private static long nextHalf(long bits, long at, SplitMix64 random) {
        return (at & Short.BYTES) == 0 ? random.next() : bits >>> 32;
    }
}
