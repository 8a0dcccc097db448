package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Rounds float32 to a tensor type, so that the values that {@link Dequantizer} gives back have a small sum of squared errors. Q8_0 and plain numbers
 * are rounded as every engine does it, to the bit; for other types the format leaves the choice of scales open, and what is chosen here is
 * described in {@link ScaleFit} and {@link OffsetFit}. The same numbers give the same bytes.
 *
 * <p>Holds scratch memory, so each thread needs its own.
 */
public final class Quantizer {
    private static final Set<TensorType> MADE = EnumSet.of(
            TensorType.F32,
            TensorType.F16,
            TensorType.BF16,
            TensorType.Q8_0,
            TensorType.Q4_0,
            TensorType.Q4_1,
            TensorType.Q5_0,
            TensorType.Q5_1,
            TensorType.Q2_K,
            TensorType.Q3_K,
            TensorType.Q4_K,
            TensorType.Q5_K,
            TensorType.Q6_K);

    /** Elements of a block without sub-blocks. */
    private static final int BLOCK = 32;

    /** Rounds one block; its bytes are zero before. */
    @FunctionalInterface
    private interface Encoder {
        void block(float[] x, int at, MemorySegment target, long block);
    }

    /** Writes a field that a block has once. */
    @FunctionalInterface
    private interface PutFloat {
        void put(MemorySegment target, long block, float value);
    }

    /** Writes a field of an element or a sub-block. */
    @FunctionalInterface
    private interface PutInt {
        void put(MemorySegment target, long block, int index, int value);
    }

    /** Writes both integers of a sub-block. */
    @FunctionalInterface
    private interface PutPair {
        void put(MemorySegment target, long block, int subBlock, int scale, int minimum);
    }

    private final TensorType type;
    private final Encoder encoder;

    /** @throws IllegalArgumentException if nothing is rounded to that type */
    public Quantizer(TensorType type) {
        this.type = type;
        this.encoder = encoder(type);
    }

    /** Whether there is a quantizer for the type. */
    public static boolean makes(TensorType type) {
        return MADE.contains(type);
    }

    /**
     * Rounds consecutive elements.
     *
     * @param source finite numbers
     * @param elements how many; whole blocks
     * @param byteOffset of the first block in {@code target}
     * @throws IllegalArgumentException if the elements are not whole blocks
     * @throws IndexOutOfBoundsException if source or target are too short
     */
    public void quantize(float[] source, int from, int elements, MemorySegment target, long byteOffset) {
        Objects.checkFromIndexSize(from, elements, source.length);
        MemorySegment blocks = target.asSlice(byteOffset, type.bytes(elements)).fill((byte) 0);
        for (int b = 0; b < elements / type.blockElements(); b++) {
            encoder.block(source, from + b * type.blockElements(), blocks, (long) b * type.blockBytes());
        }
    }

    private static Encoder encoder(TensorType type) {
        return switch (type) {
            case F32 -> (x, at, target, block) -> LittleEndian.putFloat32(target, block, x[at]);
            case F16 -> (x, at, target, block) -> LittleEndian.putFloat16(target, block, x[at]);
            case BF16 -> (x, at, target, block) -> LittleEndian.putBfloat16(target, block, x[at]);
            case Q8_0 -> Quantizer::eightBits;
            case Q4_0 -> scaled(-8, 7, BlockQ4_0::putD, BlockQ4_0::putQuant);
            case Q5_0 -> scaled(-16, 15, BlockQ5_0::putD, BlockQ5_0::putQuant);
            case Q4_1 -> offset(15, BlockQ4_1::putD, BlockQ4_1::putM, BlockQ4_1::putQuant);
            case Q5_1 -> offset(31, BlockQ5_1::putD, BlockQ5_1::putM, BlockQ5_1::putQuant);
            case Q3_K ->
                scaledInSubBlocks(
                        new ScaledSubBlocks(BlockQ3_K.SUB_BLOCK, -4, 3, -32, 31),
                        BlockQ3_K::putD,
                        BlockQ3_K::putScale,
                        BlockQ3_K::putQuant);
            case Q6_K ->
                scaledInSubBlocks(
                        new ScaledSubBlocks(BlockQ6_K.SUB_BLOCK, -32, 31, -128, 127),
                        BlockQ6_K::putD,
                        BlockQ6_K::putScale,
                        BlockQ6_K::putQuant);
            case Q2_K ->
                offsetInSubBlocks(
                        new OffsetSubBlocks(BlockQ2_K.SUB_BLOCK, 3, 15),
                        BlockQ2_K::putD,
                        BlockQ2_K::putDmin,
                        BlockQ2_K::putScaleAndMin,
                        BlockQ2_K::putQuant);
            case Q4_K ->
                offsetInSubBlocks(
                        new OffsetSubBlocks(BlockQ4_K.SUB_BLOCK, 15, 63),
                        BlockQ4_K::putD,
                        BlockQ4_K::putDmin,
                        BlockQ4_K::putScaleAndMin,
                        BlockQ4_K::putQuant);
            case Q5_K ->
                offsetInSubBlocks(
                        new OffsetSubBlocks(BlockQ5_K.SUB_BLOCK, 31, 63),
                        BlockQ5_K::putD,
                        BlockQ5_K::putDmin,
                        BlockQ5_K::putScaleAndMin,
                        BlockQ5_K::putQuant);
            case Q8_1,
                    Q8_K,
                    IQ2_XXS,
                    IQ2_XS,
                    IQ3_XXS,
                    IQ1_S,
                    IQ4_NL,
                    IQ3_S,
                    IQ2_S,
                    IQ4_XS,
                    I8,
                    I16,
                    I32,
                    I64,
                    F64,
                    IQ1_M,
                    TQ1_0,
                    TQ2_0,
                    MXFP4,
                    NVFP4,
                    Q1_0,
                    Q2_0 -> throw new IllegalArgumentException("nothing is rounded to " + type);
        };
    }

    /** As ggml does it, so that files agree; at 8 bits no search gains anything. */
    private static void eightBits(float[] x, int at, MemorySegment target, long block) {
        float largest = 0;
        for (int i = at; i < at + BlockQ8_0.ELEMENTS; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        float d = largest / 127;
        float inverse = inverse(d);
        BlockQ8_0.putD(target, block, d);
        for (int i = 0; i < BlockQ8_0.ELEMENTS; i++) {
            float scaled = x[at + i] * inverse;
            int magnitude = (int) (Math.abs(scaled) + 0.5f);
            BlockQ8_0.putQuant(target, block, i, scaled < 0 ? -magnitude : magnitude);
        }
    }

    private static Encoder scaled(int low, int high, PutFloat putD, PutInt putQuant) {
        ScaleFit fit = new ScaleFit(low, high, BLOCK);
        return (x, at, target, block) -> {
            float d = Halves.rounded(fit.scale(x, at, BLOCK));
            float inverse = inverse(d);
            putD.put(target, block, d);
            for (int i = 0; i < BLOCK; i++) {
                putQuant.put(target, block, i, fit.level(x[at + i] * inverse));
            }
        };
    }

    private static Encoder offset(int high, PutFloat putD, PutFloat putM, PutInt putQuant) {
        OffsetFit fit = new OffsetFit(high, false);
        return (x, at, target, block) -> {
            fit.fit(x, at, BLOCK);
            float d = Halves.rounded(fit.scale());
            float m = Halves.rounded(-fit.minimum());
            float inverse = inverse(d);
            putD.put(target, block, d);
            putM.put(target, block, m);
            for (int i = 0; i < BLOCK; i++) {
                putQuant.put(target, block, i, Levels.nearest((x[at + i] - m) * inverse, 0, high));
            }
        };
    }

    private static Encoder scaledInSubBlocks(ScaledSubBlocks rounded, PutFloat putD, PutInt putScale, PutInt putQuant) {
        return (x, at, target, block) -> {
            rounded.round(x, at);
            putD.put(target, block, rounded.d());
            for (int s = 0; s < rounded.subBlocks(); s++) {
                putScale.put(target, block, s, rounded.scale(s));
            }
            for (int i = 0; i < ScaledSubBlocks.ELEMENTS; i++) {
                putQuant.put(target, block, i, rounded.level(i));
            }
        };
    }

    private static Encoder offsetInSubBlocks(
            OffsetSubBlocks rounded, PutFloat putD, PutFloat putDmin, PutPair putScaleAndMin, PutInt putQuant) {
        return (x, at, target, block) -> {
            rounded.round(x, at);
            putD.put(target, block, rounded.d());
            putDmin.put(target, block, rounded.dmin());
            for (int s = 0; s < rounded.subBlocks(); s++) {
                putScaleAndMin.put(target, block, s, rounded.scale(s), rounded.minimum(s));
            }
            for (int i = 0; i < OffsetSubBlocks.ELEMENTS; i++) {
                putQuant.put(target, block, i, rounded.level(i));
            }
        };
    }

    /** 0 of 0, which makes all levels 0. */
    private static float inverse(float d) {
        return d == 0 ? 0 : 1 / d;
    }
}
