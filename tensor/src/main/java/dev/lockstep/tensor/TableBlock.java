package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A quantised type whose elements are numbers of entries of a small table: {@code value(i) = scale * sub(i / subBlock) * table(code(i))}. The types
 * differ in how they store codes; everything else can treat them alike. Scale times sub is exact.
 */
public interface TableBlock {
    /** Elements of a block; 256 in most types. */
    default int elements() {
        return 256;
    }

    int bytes();

    /** Elements that share a sub-scale; all of a block for types without. */
    int subBlock();

    /** The integers that codes stand for. */
    byte[] table();

    /** The factor of all elements of a block. */
    float scale(MemorySegment source, long block);

    /**
     * Reads a block.
     *
     * @param codes gets a number of an entry of the table for each element
     * @param subs gets a positive factor for each sub-block
     */
    void read(MemorySegment source, long block, byte[] codes, byte[] subs);

    /** Sub-blocks of a block. */
    default int subBlocks() {
        return elements() / subBlock();
    }

    /** What can be done with blocks of the type. */
    default BlockCodec codec() {
        return new BlockCodec(this::dequantize, (source, block) -> Float.isFinite(64 * 32 * scale(source, block)));
    }

    private void dequantize(MemorySegment source, long first, float[] target, int at, int blocks) {
        byte[] table = table();
        byte[] codes = new byte[elements()];
        byte[] subs = new byte[subBlocks()];
        for (int b = 0; b < blocks; b++) {
            long block = first + (long) b * bytes();
            read(source, block, codes, subs);
            float scale = scale(source, block);
            for (int i = 0; i < codes.length; i++) {
                target[at + b * codes.length + i] = scale * subs[i / subBlock()] * table[codes[i]];
            }
        }
    }
}
