package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Expands elements of any {@linkplain TensorType#computable() computable} type to exactly the float32 values they stand
 * for: each product and sum of the type's formula rounded once to float32, as ggml does.
 */
public final class Dequantizer {
    private Dequantizer() {}

    /**
     * Expands consecutive elements; allocates nothing.
     *
     * @param byteOffset of the first block in {@code source}
     * @param elements how many; whole blocks
     * @throws IllegalArgumentException if the type is not computable or the elements are not whole blocks
     * @throws IndexOutOfBoundsException if source or target are too short
     */
    public static void dequantize(
            TensorType type, MemorySegment source, long byteOffset, float[] target, int targetOffset, int elements) {
        Objects.checkFromIndexSize(targetOffset, elements, target.length);
        Objects.checkFromIndexSize(byteOffset, type.bytes(elements), source.byteSize());
        type.codec().dequantize().blocks(source, byteOffset, target, targetOffset, elements / type.blockElements());
    }

    /**
     * Expands one row.
     *
     * @param row counted over all matrices of the stack
     */
    public static void dequantizeRow(Tensor tensor, long row, float[] target, int targetOffset) {
        Objects.checkIndex(row, tensor.rows() * tensor.matrices());
        dequantize(
                tensor.type(),
                tensor.data(),
                row * tensor.rowBytes(),
                target,
                targetOffset,
                Math.toIntExact(tensor.columns()));
    }
}
