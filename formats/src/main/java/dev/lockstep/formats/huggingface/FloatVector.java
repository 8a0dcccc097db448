package dev.lockstep.formats.huggingface;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Makes tensors of one row of floats, as GGUF files store them. */
final class FloatVector {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FloatVector() {}

    static Tensor of(String name, float[] values, Arena arena) {
        MemorySegment data = arena.allocate((long) values.length * Float.BYTES, Float.BYTES);
        MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
        return new Tensor(name, TensorType.F32, values.length, 1, 1, data);
    }
}
