package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TensorTypeTest {
    @Test
    void shouldBeFoundByItsNumber() {
        for (TensorType type : TensorType.values()) {
            assertThat(TensorType.ofGgufNumber(type.ggufNumber())).contains(type);
        }
        assertThat(TensorType.ofGgufNumber(4)).as("removed from the format").isEmpty();
        assertThat(TensorType.ofGgufNumber(-1)).isEmpty();
    }

    @Test
    void shouldKnowWhatCanBeComputed() {
        assertThat(Stream.of(TensorType.values()).filter(TensorType::computable))
                .hasSize(26)
                .contains(TensorType.F32, TensorType.Q4_0, TensorType.Q6_K, TensorType.IQ4_XS)
                .doesNotContain(TensorType.NVFP4, TensorType.I32, TensorType.Q8_1);
    }

    @Test
    void shouldCountBytesOfWholeBlocksOnly() {
        assertThat(TensorType.Q6_K.bytes(512)).isEqualTo(420);
        assertThatThrownBy(() -> TensorType.Q6_K.bytes(500)).hasMessageContaining("whole Q6_K blocks of 256");
        assertThatThrownBy(() -> TensorType.F64.bytes(1L << 61)).isInstanceOf(ArithmeticException.class);
    }
}
