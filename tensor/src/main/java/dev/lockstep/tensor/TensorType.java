package dev.lockstep.tensor;

import java.util.Optional;

/**
 * Element types of GGUF tensors: number in the file, elements per block, bytes per block.
 *
 * <p>Source: the GGUF specification ({@code docs/gguf.md} of ggml-org/ggml) and the block structures of {@code ggml-common.h}.
 */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17),
    NVFP4(40, 64, 36),
    Q1_0(41, 128, 18),
    Q2_0(42, 64, 18);

    private final int ggufNumber;
    private final int blockElements;
    private final int blockBytes;

    TensorType(int ggufNumber, int blockElements, int blockBytes) {
        this.ggufNumber = ggufNumber;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The number that stands for this type in a GGUF file. */
    public int ggufNumber() {
        return ggufNumber;
    }

    /** Elements per block; 1 for plain numbers. Rows hold whole blocks. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes per block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether elements share scales in blocks, so that matrix products round activations to integers. */
    public boolean quantized() {
        return blockElements > 1;
    }

    /** Whether Lockstep can compute with weights of this type. */
    public boolean computable() {
        return switch (this) {
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 -> true;
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K, IQ4_NL, IQ4_XS -> true;
            case Q8_1, IQ2_XXS, IQ2_XS, IQ3_XXS, IQ1_S, IQ3_S, IQ2_S, IQ1_M -> false;
            case TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0, Q2_0, I8, I16, I32, I64, F64 -> false;
        };
    }

    /**
     * Bytes of {@code elements} consecutive elements.
     *
     * @throws IllegalArgumentException if they do not fill whole blocks
     * @throws ArithmeticException if the result exceeds a long
     */
    public long bytes(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    elements + " elements do not fill whole " + this + " blocks of " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }

    /** The type with that number in GGUF files, if there is one. */
    public static Optional<TensorType> ofGgufNumber(int number) {
        for (TensorType type : values()) {
            if (type.ggufNumber == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
