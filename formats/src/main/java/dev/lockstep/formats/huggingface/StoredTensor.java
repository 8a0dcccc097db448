package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A tensor as a safetensors file holds it.
 *
 * @param file the file, for messages
 * @param shape outermost dimension first
 * @param data exactly its bytes
 */
record StoredTensor(String file, String name, TensorType type, long[] shape, MemorySegment data) {
    /** Elements of a row. */
    long columns() {
        return shape[shape.length - 1];
    }

    /** Rows of all matrices together. */
    long rows() {
        return Arrays.stream(shape).limit(shape.length - 1L).reduce(1, (a, b) -> a * b);
    }

    /** Whether it is one row, such as a gain or a bias. */
    boolean isVector() {
        return shape.length == 1;
    }

    FormatException failure(String what, String remedy) {
        return new FormatException("%s: tensor %s: %s; %s".formatted(file, name, what, remedy));
    }
}
