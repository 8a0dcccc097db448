package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NonFiniteTest {
    private static final int ROWS = 4;
    private static final int COLUMNS = 1024;

    /** A type and how to put a bad number into the block at an offset. */
    static Stream<Arguments> badFields() {
        return Stream.of(
                field(TensorType.F32, (s, b) -> LittleEndian.putFloat32(s, b, Float.NaN)),
                field(TensorType.F16, (s, b) -> LittleEndian.putFloat16(s, b, Float.POSITIVE_INFINITY)),
                field(TensorType.BF16, (s, b) -> LittleEndian.putInt16(s, b, 0xff80)),
                field(TensorType.Q4_0, (s, b) -> BlockQ4_0.putD(s, b, Float.NaN)),
                field(TensorType.Q4_1, (s, b) -> BlockQ4_1.putM(s, b, Float.NEGATIVE_INFINITY)),
                field(TensorType.Q5_0, (s, b) -> BlockQ5_0.putD(s, b, Float.NaN)),
                field(TensorType.Q5_1, (s, b) -> BlockQ5_1.putM(s, b, Float.NaN)),
                field(TensorType.Q8_0, (s, b) -> BlockQ8_0.putD(s, b, Float.NaN)),
                field(TensorType.Q8_K, (s, b) -> BlockQ8_K.putD(s, b, Float.MAX_VALUE)),
                field(TensorType.Q2_K, (s, b) -> BlockQ2_K.putDmin(s, b, Float.NaN)),
                field(TensorType.Q3_K, (s, b) -> BlockQ3_K.putD(s, b, Float.NaN)),
                field(TensorType.Q4_K, (s, b) -> BlockQ4_K.putDmin(s, b, Float.NaN)),
                field(TensorType.Q5_K, (s, b) -> BlockQ5_K.putDmin(s, b, Float.NaN)),
                field(TensorType.Q6_K, (s, b) -> BlockQ6_K.putD(s, b, Float.NaN)),
                field(TensorType.IQ2_XXS, (s, b) -> BlockIQ2_XXS.putD(s, b, Float.NaN)),
                field(TensorType.IQ2_XS, (s, b) -> BlockIQ2_XS.putD(s, b, Float.NaN)),
                field(TensorType.IQ2_S, (s, b) -> BlockIQ2_S.putD(s, b, Float.NaN)),
                field(TensorType.IQ3_XXS, (s, b) -> BlockIQ3_XXS.putD(s, b, Float.NaN)),
                field(TensorType.IQ3_S, (s, b) -> BlockIQ3_S.putD(s, b, Float.NaN)),
                field(TensorType.IQ1_S, (s, b) -> BlockIQ1_S.putD(s, b, Float.NaN)),
                field(TensorType.IQ1_M, (s, b) -> BlockIQ1_M.putD(s, b, Float.NaN)),
                field(TensorType.TQ1_0, (s, b) -> BlockTQ1_0.putD(s, b, Float.NaN)),
                field(TensorType.TQ2_0, (s, b) -> BlockTQ2_0.putD(s, b, Float.NaN)),
                field(TensorType.MXFP4, (s, b) -> BlockMXFP4.putScale(s, b, Float.MAX_VALUE)),
                field(TensorType.IQ4_NL, (s, b) -> BlockIQ4_NL.putD(s, b, Float.NaN)),
                field(TensorType.IQ4_XS, (s, b) -> BlockIQ4_XS.putD(s, b, Float.NaN)));
    }

    private static Arguments field(TensorType type, BiConsumer<MemorySegment, Long> spoil) {
        return Arguments.of(type, spoil);
    }

    @ParameterizedTest
    @MethodSource("badFields")
    void shouldFindTheBadBlock(TensorType type, BiConsumer<MemorySegment, Long> spoil) {
        MemorySegment data = MemorySegment.ofArray(new byte[(int) type.bytes(ROWS * COLUMNS)]);
        SyntheticWeights.fill(type, data, 1, 1);
        Tensor tensor = new Tensor("blk.0.ffn_up.weight", type, COLUMNS, ROWS, 1, data);
        assertThat(NonFinite.firstIn(tensor)).isEmpty();

        spoil.accept(data, type.bytes(2 * COLUMNS + 512));

        assertThat(NonFinite.firstIn(tensor)).contains(new NonFinite("blk.0.ffn_up.weight", 2, 512));
    }

    @Test
    void shouldSayWhereInOneSentence() {
        assertThat(new NonFinite("output.weight", 7, 32).message())
                .startsWith("tensor output.weight holds an infinity or NaN in row 7, column 32;");
    }
}
