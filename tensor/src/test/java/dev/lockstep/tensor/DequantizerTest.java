package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DequantizerTest {
    static Stream<TensorType> computable() {
        return Arrays.stream(TensorType.values()).filter(TensorType::computable);
    }

    /** Files do not hold Q8_K, which is a type of activations; F32 is the golden form itself. */
    static Stream<TensorType> golden() {
        return computable().filter(type -> type != TensorType.Q8_K && type != TensorType.F32);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void shouldExpandToTheBitsOfLlamaCpp(TensorType type) {
        float[] expected = GoldenBlocks.floats(type);
        float[] actual = new float[expected.length + 2];

        Dequantizer.dequantize(type, GoldenBlocks.blocks(type), 0, actual, 1, expected.length);

        assertThat(Arrays.copyOfRange(actual, 1, actual.length - 1)).isEqualTo(expected);
        assertThat(actual[0]).isZero();
        assertThat(actual[actual.length - 1]).isZero();
    }

    @ParameterizedTest
    @MethodSource("computable")
    void shouldAgreeWithTheAccessorsOnRandomBlocks(TensorType type) {
        int blocks = 20;
        int elements = blocks * type.blockElements();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate((long) blocks * type.blockBytes());
            for (long seed = 0; seed < 20; seed++) {
                SyntheticWeights.fill(type, source, seed, 0.5f);
                float[] values = new float[elements];
                Dequantizer.dequantize(type, source, 0, values, 0, elements);
                for (int i = 0; i < elements; i++) {
                    long block = (long) (i / type.blockElements()) * type.blockBytes();
                    assertThat(values[i])
                            .as("seed %d element %d", seed, i)
                            .isEqualTo(BlockValues.value(type, source, block, i % type.blockElements()));
                }
            }
        }
    }

    @Test
    void shouldExpandQ8_KByItsFormula() {
        byte[] block = new byte[BlockQ8_K.BYTES];
        ByteBuffer.wrap(block)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0.1f)
                .put((byte) 3)
                .put((byte) -127)
                .position(259)
                .put((byte) 127);
        float[] values = new float[256];

        Dequantizer.dequantize(TensorType.Q8_K, MemorySegment.ofArray(block), 0, values, 0, 256);

        assertThat(values[0]).isEqualTo(0.1f * 3);
        assertThat(values[1]).isEqualTo(0.1f * -127);
        assertThat(values[2]).isZero();
        assertThat(values[255]).isEqualTo(0.1f * 127);
    }

    @Test
    void shouldExpandOneRowOfAStack() {
        MemorySegment data = MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        Tensor tensor = new Tensor("experts", TensorType.F32, 2, 2, 2, data);
        float[] row = new float[2];

        Dequantizer.dequantizeRow(tensor, 3, row, 0);

        assertThat(row).containsExactly(7, 8);
        assertThatThrownBy(() -> Dequantizer.dequantizeRow(tensor, 4, row, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldRefuseWhatItCannotExpand() {
        MemorySegment source = MemorySegment.ofArray(new byte[1000]);
        float[] target = new float[64];

        assertThatThrownBy(() -> Dequantizer.dequantize(TensorType.NVFP4, source, 0, target, 0, 64))
                .hasMessageContaining("NVFP4");
        assertThatThrownBy(() -> Dequantizer.dequantize(TensorType.Q4_0, source, 0, target, 0, 33))
                .hasMessageContaining("whole Q4_0 blocks of 32");
        assertThatThrownBy(() -> Dequantizer.dequantize(TensorType.Q4_0, source, 990, target, 0, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dequantizer.dequantize(TensorType.Q4_0, source, 0, target, 33, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
