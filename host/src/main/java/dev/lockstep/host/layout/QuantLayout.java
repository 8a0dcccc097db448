package dev.lockstep.host.layout;

import dev.lockstep.tensor.BlockIQ4_NL;
import dev.lockstep.tensor.TableBlock;
import dev.lockstep.tensor.TensorType;
import java.util.Optional;

/**
 * Packed form of a quantised type. A <em>unit</em> is 16 rows by {@link #columns} columns:
 *
 * <pre>
 *   | scale 16 x f16, f32 or an exponent of 8 bits | min 16 x f16 | sub-scales | sub-minima | for each block of 32 columns: low bits, high bits |
 * </pre>
 *
 * <p>A <em>group</em> is 4 columns of the 16 rows: 64 bytes when unpacked, byte 4 r + c for row r and column c. Each block of 32
 * columns has 8 groups. A plane of b bits per quant keeps them in b vectors of 64 bytes: group g in vector g mod b, at bit
 * b * (g / b) of each byte. Sub-scales (one byte per row, 16 rows
 * side by side when unpacked) are packed likewise: n sub-blocks in planes of 4 and 2 bits, sub-block j of a b-bit
 * plane in vector j mod (n b / 8), at bit b * (j / (n b / 8)). The bytes are as many as in the file, but for types of less than 4 bits whose elements
 * choose from grids: those are stored as numbers of table entries.
 */
public enum QuantLayout {
    Q4_0(TensorType.Q4_0, 32, 2, false, 32, 0, 0, 0, 4, 0, 8),
    Q4_1(TensorType.Q4_1, 32, 2, true, 32, 0, 0, 0, 4, 0, 0),
    Q5_0(TensorType.Q5_0, 32, 2, false, 32, 0, 0, 0, 4, 1, 16),
    Q5_1(TensorType.Q5_1, 32, 2, true, 32, 0, 0, 0, 4, 1, 0),
    Q8_0(TensorType.Q8_0, 32, 2, false, 32, 0, 0, 0, 8, 0, 0),
    IQ4_NL(TensorType.IQ4_NL, 32, 2, false, 32, 0, 0, 0, 4, 0, 0),
    Q2_K(TensorType.Q2_K, 256, 2, true, 16, 4, 0, 4, 2, 0, 0),
    Q3_K(TensorType.Q3_K, 256, 2, false, 16, 6, 32, 0, 2, 1, 4),
    Q4_K(TensorType.Q4_K, 256, 2, true, 32, 6, 0, 6, 4, 0, 0),
    Q5_K(TensorType.Q5_K, 256, 2, true, 32, 6, 0, 6, 4, 1, 0),
    Q6_K(TensorType.Q6_K, 256, 2, false, 16, 8, 0, 0, 4, 2, 32),
    Q8_K(TensorType.Q8_K, 256, 4, false, 32, 0, 0, 0, 8, 0, 0),
    IQ4_XS(TensorType.IQ4_XS, 256, 2, false, 32, 6, 32, 0, 4, 0, 0),
    MXFP4(TensorType.MXFP4, 32, 1, false, 32, 0, 0, 0, 4, 0, 0),
    IQ2_XXS(TensorType.IQ2_XXS, 256, 4, false, 32, 6, 0, 0, 4, 0, 0),
    IQ2_XS(TensorType.IQ2_XS, 256, 4, false, 16, 6, 0, 0, 4, 0, 0),
    IQ2_S(TensorType.IQ2_S, 256, 4, false, 16, 6, 0, 0, 4, 0, 0),
    IQ3_XXS(TensorType.IQ3_XXS, 256, 4, false, 32, 6, 0, 0, 4, 0, 0),
    IQ3_S(TensorType.IQ3_S, 256, 4, false, 32, 6, 0, 0, 4, 0, 0),
    IQ1_S(TensorType.IQ1_S, 256, 4, false, 32, 4, 0, 0, 4, 0, 0),
    IQ1_M(TensorType.IQ1_M, 256, 4, false, 16, 4, 0, 0, 4, 0, 0),
    TQ1_0(TensorType.TQ1_0, 256, 4, false, 32, 0, 0, 0, 2, 0, 0),
    TQ2_0(TensorType.TQ2_0, 256, 4, false, 32, 0, 0, 0, 2, 0, 0);

    /** Rows side by side in a tile. */
    public static final int ROWS = 16;

    /** Columns of a block of activations, and of an integer dot product. */
    public static final int BLOCK = 32;

    /** Groups of 4 columns in a block. */
    public static final int GROUPS = 8;

    /** Bytes of an unpacked group: 16 rows of 4 columns. */
    public static final int GROUP_BYTES = 64;

    private final TensorType type;
    private final int columns;
    private final int scaleBytes;
    private final boolean minima;
    private final int subBlock;
    private final int subScaleBits;
    private final int subScaleOffset;
    private final int subMinBits;
    private final int lowBits;
    private final int highBits;
    private final int offset;

    QuantLayout(
            TensorType type,
            int columns,
            int scaleBytes,
            boolean minima,
            int subBlock,
            int subScaleBits,
            int subScaleOffset,
            int subMinBits,
            int lowBits,
            int highBits,
            int offset) {
        this.type = type;
        this.columns = columns;
        this.scaleBytes = scaleBytes;
        this.minima = minima;
        this.subBlock = subBlock;
        this.subScaleBits = subScaleBits;
        this.subScaleOffset = subScaleOffset;
        this.subMinBits = subMinBits;
        this.lowBits = lowBits;
        this.highBits = highBits;
        this.offset = offset;
    }

    /** The layout of a quantised type, if the host has one. */
    public static Optional<QuantLayout> of(TensorType type) {
        for (QuantLayout layout : values()) {
            if (layout.type == type) {
                return Optional.of(layout);
            }
        }
        return Optional.empty();
    }

    public TensorType type() {
        return type;
    }

    /** Columns of a unit: those of a block in the file. */
    public int columns() {
        return columns;
    }

    /** Bytes of one scale: 2 (f16), 4 (f32), or 1 (an exponent biased by 128, see {@link dev.lockstep.tensor.BlockMXFP4}). */
    public int scaleBytes() {
        return scaleBytes;
    }

    /** Whether weights have a minimum beside a scale. */
    public boolean hasMinima() {
        return minima;
    }

    /** Columns that share a sub-scale, 32 or 16. */
    public int subBlock() {
        return subBlock;
    }

    /** Bits of a sub-scale: 0 (none), 4, 6 or 8 (signed). */
    public int subScaleBits() {
        return subScaleBits;
    }

    /** To be subtracted from a stored sub-scale. */
    public int subScaleOffset() {
        return subScaleOffset;
    }

    /** Bits of a sub-minimum: 0 (none), 4 or 6. */
    public int subMinBits() {
        return subMinBits;
    }

    public int lowBits() {
        return lowBits;
    }

    public int highBits() {
        return highBits;
    }

    /** To be subtracted from an unpacked quant; 8-bit quants are signed as they are. */
    public int offset() {
        return offset;
    }

    /** The signed bytes that quants are indices of, if they are. */
    public Optional<byte[]> table() {
        return switch (this) {
            case IQ4_NL, IQ4_XS -> Optional.of(BlockIQ4_NL.table());
            default -> type.tableBlock().map(TableBlock::table);
        };
    }

    /** Parts of a block that have a sub-scale, and so a dot product, of their own: 1 or 2. */
    public int parts() {
        return BLOCK / subBlock;
    }

    /** Whether unpacked quants are signed bytes. */
    public boolean signedBytes() {
        return lowBits == 8 || table().isPresent();
    }

    /** Largest byte that an unpacked quant may be, taken as unsigned. */
    public int largestByte() {
        return signedBytes() ? 255 : maxQuant();
    }

    /** Sub-blocks of a unit. */
    public int subBlocks() {
        return columns / subBlock;
    }

    /** Blocks of 32 columns in a unit. */
    public int blocks() {
        return columns / BLOCK;
    }

    /** Largest unpacked quant of those below 8 bits. */
    public int maxQuant() {
        return (1 << (lowBits + highBits)) - 1;
    }

    public int minOffset() {
        return ROWS * scaleBytes;
    }

    public int subScalesOffset() {
        return minOffset() + (minima ? ROWS * 2 : 0);
    }

    public int subMinsOffset() {
        return subScalesOffset() + ROWS * subBlocks() * subScaleBits / 8;
    }

    /** Where the low bits of block {@code block} start. */
    public int lowOffset(int block) {
        return subMinsOffset() + ROWS * subBlocks() * subMinBits / 8 + block * (lowBits + highBits) * GROUP_BYTES;
    }

    /** Where the high bits of block {@code block} start. */
    public int highOffset(int block) {
        return lowOffset(block) + lowBits * GROUP_BYTES;
    }

    /** Bytes of a unit. */
    public int unitBytes() {
        return lowOffset(blocks());
    }
}
