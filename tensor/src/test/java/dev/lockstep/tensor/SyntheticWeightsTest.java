package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticWeightsTest {
    @ParameterizedTest
    @MethodSource("dev.lockstep.tensor.DequantizerTest#computable")
    void shouldHaveZeroMeanAndTheDeviationAskedFor(TensorType type) {
        int elements = 256 * 256;
        MemorySegment weights = MemorySegment.ofArray(new byte[(int) type.bytes(elements)]);
        for (float deviation : new float[] {0.001f, 0.02f, 1, 1000}) {
            SyntheticWeights.fill(type, weights, 7, deviation);
            float[] values = new float[elements];
            Dequantizer.dequantize(type, weights, 0, values, 0, elements);

            double sum = 0;
            double squares = 0;
            for (float value : values) {
                sum += value;
                squares += (double) value * value;
            }
            assertThat(sum / elements).as("mean").isCloseTo(0, within(deviation * 0.05));
            assertThat(Math.sqrt(squares / elements)).as("deviation").isCloseTo(deviation, within(deviation * 0.05));
            assertThat(NonFinite.firstIn(new Tensor("w", type, elements, 1, 1, weights)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.tensor.DequantizerTest#computable")
    void shouldDependOnlyOnItsArguments(TensorType type) {
        byte[] once = new byte[type.blockBytes() * 10];
        byte[] again = once.clone();
        byte[] other = once.clone();
        SyntheticWeights.fill(type, MemorySegment.ofArray(once), 1, 0.1f);
        SyntheticWeights.fill(type, MemorySegment.ofArray(again), 1, 0.1f);
        SyntheticWeights.fill(type, MemorySegment.ofArray(other), 2, 0.1f);

        assertThat(again).isEqualTo(once);
        assertThat(other).isNotEqualTo(once);
    }

    @Test
    void shouldUseEveryQuantThatQuantisersUse() {
        MemorySegment weights = MemorySegment.ofArray(new byte[BlockQ8_0.BYTES * 1000]);
        SyntheticWeights.fill(TensorType.Q8_0, weights, 3, 1);
        BitSet seen = new BitSet();
        for (int block = 0; block < 1000; block++) {
            for (int i = 0; i < BlockQ8_0.ELEMENTS; i++) {
                seen.set(BlockQ8_0.quant(weights, (long) block * BlockQ8_0.BYTES, i) + 128);
            }
        }
        assertThat(seen.get(0)).as("-128").isFalse();
        assertThat(seen.cardinality()).isEqualTo(255);
    }

    @Test
    void shouldVaryScalesAndMinimaOfAllSubBlocks() {
        MemorySegment weights = MemorySegment.ofArray(new byte[BlockQ4_K.BYTES * 1000]);
        SyntheticWeights.fill(TensorType.Q4_K, weights, 3, 1);
        for (int subBlock = 0; subBlock < 8; subBlock++) {
            BitSet scales = new BitSet();
            BitSet minima = new BitSet();
            for (int block = 0; block < 1000; block++) {
                scales.set(BlockQ4_K.scale(weights, (long) block * BlockQ4_K.BYTES, subBlock));
                minima.set(BlockQ4_K.min(weights, (long) block * BlockQ4_K.BYTES, subBlock));
            }
            assertThat(scales.cardinality()).isEqualTo(64);
            assertThat(minima.cardinality()).isEqualTo(64);
        }
    }

    @Test
    void shouldRefuseBrokenBlocksAndOtherTypes() {
        assertThatThrownBy(() -> SyntheticWeights.fill(TensorType.Q4_0, MemorySegment.ofArray(new byte[19]), 0, 1))
                .hasMessageContaining("not whole Q4_0 blocks");
        assertThatThrownBy(() -> SyntheticWeights.fill(TensorType.NVFP4, MemorySegment.ofArray(new byte[36]), 0, 1))
                .hasMessageContaining("NVFP4");
    }
}
