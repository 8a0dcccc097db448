package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.graph.reference.BlockArithmetic.Minima;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizedBlockTest {
    private static final int COLUMNS = 1024;

    static Stream<TensorType> quantizedTypes() {
        return Stream.of(TensorType.values()).filter(type -> type.computable() && type.quantized());
    }

    /** The canonical form is exact, the dequantised value is rounded after each operation: twice, of which the sum may cancel. */
    @ParameterizedTest
    @MethodSource("quantizedTypes")
    void shouldStandForTheDequantizedWeights(TensorType type) {
        MemorySegment rows = MemorySegment.ofArray(new byte[2 * (int) type.bytes(COLUMNS)]);
        SyntheticWeights.fill(type, rows, 7, 1);
        float[] expected = new float[2 * COLUMNS];
        Dequantizer.dequantize(type, rows, 0, expected, 0, expected.length);

        QuantizedBlock block = new QuantizedBlock(type);
        for (int row = 0; row < 2; row++) {
            for (int b = 0; b < COLUMNS / QuantizedBlock.COLUMNS; b++) {
                block.read(rows, row * type.bytes(COLUMNS), b);
                for (int i = 0; i < QuantizedBlock.COLUMNS; i++) {
                    int half = i / 16;
                    double scaled = (double) block.scale() * block.sub(half) * block.quant(i);
                    double rounding = (Math.abs(scaled) + Math.abs(block.min(half))) * 0x1p-22;
                    float value = expected[row * COLUMNS + b * QuantizedBlock.COLUMNS + i];
                    assertThat(scaled + block.min(half))
                            .as("row %d, block %d, column %d", row, b, i)
                            .isCloseTo(value, within(rounding));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("quantizedTypes")
    void shouldHaveOnlyThePartsOfItsArithmetic(TensorType type) {
        MemorySegment row = MemorySegment.ofArray(new byte[(int) type.bytes(COLUMNS)]);
        SyntheticWeights.fill(type, row, 8, 1);
        BlockArithmetic arithmetic = BlockArithmetic.of(type);
        QuantizedBlock block = new QuantizedBlock(type);
        boolean subScales = false;
        boolean minima = false;
        boolean differentMinima = false;
        for (int b = 0; b < COLUMNS / QuantizedBlock.COLUMNS; b++) {
            block.read(row, 0, b);
            subScales |= block.sub(0) != 1 || block.sub(1) != 1;
            minima |= block.min(0) != 0 || block.min(1) != 0;
            differentMinima |= block.min(0) != block.min(1);
        }
        assertThat(subScales).isEqualTo(arithmetic.subScales());
        assertThat(minima).isEqualTo(arithmetic.minima() != Minima.NONE);
        assertThat(differentMinima).isEqualTo(arithmetic.minima() == Minima.PER_HALF);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "I8", "NVFP4", "Q8_1"})
    void shouldRefuseOtherTypes(TensorType type) {
        assertThatThrownBy(() -> new QuantizedBlock(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(type + " is no quantised type that can be computed with");
    }
}
