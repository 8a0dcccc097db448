package dev.lockstep.tensor;

import java.util.Optional;

/**
 * Element types of GGUF tensors: number in the file, elements per block, bytes per block.
 *
 * <p>Source: the GGUF specification ({@code docs/gguf.md} of ggml-org/ggml) and the block structures of {@code ggml-common.h}.
 */
public enum TensorType {
    F32(0, 1, 4, PlainFloats.F32),
    F16(1, 1, 2, PlainFloats.F16),
    Q4_0(2, BlockQ4_0.ELEMENTS, BlockQ4_0.BYTES, BlockQ4_0.CODEC),
    Q4_1(3, BlockQ4_1.ELEMENTS, BlockQ4_1.BYTES, BlockQ4_1.CODEC),
    Q5_0(6, BlockQ5_0.ELEMENTS, BlockQ5_0.BYTES, BlockQ5_0.CODEC),
    Q5_1(7, BlockQ5_1.ELEMENTS, BlockQ5_1.BYTES, BlockQ5_1.CODEC),
    Q8_0(8, BlockQ8_0.ELEMENTS, BlockQ8_0.BYTES, BlockQ8_0.CODEC),
    Q8_1(9, 32, 36),
    Q2_K(10, BlockQ2_K.ELEMENTS, BlockQ2_K.BYTES, BlockQ2_K.CODEC),
    Q3_K(11, BlockQ3_K.ELEMENTS, BlockQ3_K.BYTES, BlockQ3_K.CODEC),
    Q4_K(12, BlockQ4_K.ELEMENTS, BlockQ4_K.BYTES, BlockQ4_K.CODEC),
    Q5_K(13, BlockQ5_K.ELEMENTS, BlockQ5_K.BYTES, BlockQ5_K.CODEC),
    Q6_K(14, BlockQ6_K.ELEMENTS, BlockQ6_K.BYTES, BlockQ6_K.CODEC),
    Q8_K(15, BlockQ8_K.ELEMENTS, BlockQ8_K.BYTES, BlockQ8_K.CODEC),
    IQ2_XXS(16, BlockIQ2_XXS.BLOCK),
    IQ2_XS(17, BlockIQ2_XS.BLOCK),
    IQ3_XXS(18, BlockIQ3_XXS.BLOCK),
    IQ1_S(19, BlockIQ1_S.BLOCK),
    IQ4_NL(20, BlockIQ4_NL.ELEMENTS, BlockIQ4_NL.BYTES, BlockIQ4_NL.CODEC),
    IQ3_S(21, BlockIQ3_S.BLOCK),
    IQ2_S(22, BlockIQ2_S.BLOCK),
    IQ4_XS(23, BlockIQ4_XS.ELEMENTS, BlockIQ4_XS.BYTES, BlockIQ4_XS.CODEC),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, BlockIQ1_M.BLOCK),
    BF16(30, 1, 2, PlainFloats.BF16),
    TQ1_0(34, BlockTQ1_0.BLOCK),
    TQ2_0(35, BlockTQ2_0.BLOCK),
    MXFP4(39, BlockMXFP4.BLOCK),
    NVFP4(40, 64, 36),
    Q1_0(41, 128, 18),
    Q2_0(42, 64, 18);

    private final int ggufNumber;
    private final int blockElements;
    private final int blockBytes;
    private final Optional<BlockCodec> codec;
    private final Optional<TableBlock> tableBlock;

    /** A type that files can hold, but nothing here computes with. */
    TensorType(int ggufNumber, int blockElements, int blockBytes) {
        this(ggufNumber, blockElements, blockBytes, Optional.empty(), Optional.empty());
    }

    /** A type whose elements choose from a table. */
    TensorType(int ggufNumber, TableBlock table) {
        this(ggufNumber, table.elements(), table.bytes(), Optional.of(table.codec()), Optional.of(table));
    }

    /** A computable type. */
    TensorType(int ggufNumber, int blockElements, int blockBytes, BlockCodec codec) {
        this(ggufNumber, blockElements, blockBytes, Optional.of(codec), Optional.empty());
    }

    TensorType(
            int ggufNumber,
            int blockElements,
            int blockBytes,
            Optional<BlockCodec> codec,
            Optional<TableBlock> tableBlock) {
        this.ggufNumber = ggufNumber;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.codec = codec;
        this.tableBlock = tableBlock;
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

    /** Whether the values can be computed, by {@link Dequantizer} and by the machines; other types can only be named. */
    public boolean computable() {
        return codec.isPresent();
    }

    /** How elements are read that choose from a table; empty for other types. */
    public Optional<TableBlock> tableBlock() {
        return tableBlock;
    }

    /** @throws IllegalArgumentException if the type is not computable */
    BlockCodec codec() {
        return codec.orElseThrow(() -> new IllegalArgumentException("nothing computes with the tensor type " + this));
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

    /** Bytes of a stack of matrices, with the exceptions of {@link #bytes(long)}. */
    public long bytes(long columns, long rows, long matrices) {
        return Math.multiplyExact(bytes(columns), Math.multiplyExact(rows, matrices));
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
