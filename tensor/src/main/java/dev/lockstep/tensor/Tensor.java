package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A named matrix (or vector, or stack of matrices) of weights, as the file stores it: row-major, a row is contiguous.
 *
 * @param name name in the model file
 * @param type element type
 * @param columns elements of a row (GGUF dimension 0); whole blocks of {@code type}
 * @param rows rows of one matrix (GGUF dimension 1); 1 for a vector
 * @param matrices how many matrices are stacked (GGUF dimensions 2 and 3), such as experts; usually 1
 * @param data exactly the bytes of the tensor
 */
public record Tensor(String name, TensorType type, long columns, long rows, long matrices, MemorySegment data) {
    public Tensor {
        if (columns <= 0 || rows <= 0 || matrices <= 0) {
            throw new IllegalArgumentException(name + " has no elements");
        }
        long bytes = type.bytes(columns, rows, matrices);
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException(name + " needs " + bytes + " bytes, got " + data.byteSize());
        }
    }

    public long elements() {
        return columns * rows * matrices;
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return type.bytes(columns);
    }

    /** One matrix of the stack. */
    public Tensor matrix(long index) {
        long bytes = rowBytes() * rows;
        return new Tensor(name + "[" + index + "]", type, columns, rows, 1, data.asSlice(index * bytes, bytes));
    }

    @Override
    public String toString() {
        return name + " " + type + " [" + columns + ", " + rows + (matrices == 1 ? "]" : ", " + matrices + "]");
    }
}
