package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.synthetic.SyntheticModel;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bits of today, on every machine and JVM. A change of the logits alone is a change of the numerics, which
 * breaks receipts and caches; where the weights changed too, only {@link SyntheticModel} makes others, and both columns are
 * to be replaced.
 */
class GoldenBitsTest {
    private static final ModelShape SHAPE =
            new ModelShape("golden", 256, 256, 1, 4, 2, 512, 61, 1e-5f, 1e4f, 3, 2, true);

    /** Ends in the third KV block. */
    private static final int TOKENS = 180;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "F32, 26b6c8d8, 8dd05e9f",
        "F16, 5bbc1024, 797d671a",
        "BF16, 3ba527b, b8b1a21c",
        "Q4_0, ce187d5b, b50a77ab",
        "Q4_1, 2e3bc1e9, 59b2cd1",
        "Q8_0, 4d10407b, e0478135",
        "Q2_K, 853e51fb, ee1f1365",
        "Q3_K, 3e1c6477, 42f8e1ce",
        "Q5_K_M, 2a77aace, 6a37d438",
        "IQ4_XS, 97764ce8, 8cd261d5",
    })
    void shouldComputeTheSameBitsAsEver(WeightTypes types, String weights, String logits) {
        ModelDescription model = SyntheticModel.of(SHAPE, types, 1, Arena.ofAuto());
        assertThat(checksum(model)).as("weights").isEqualTo(weights);
        try (Machine machine = new ReferenceMachine(
                        Passes.lower(Architectures.build(model)), model.tensors(), KvType.F16, TOKENS, TOKENS);
                Sequence sequence = machine.open()) {
            Step step = new Step(machine);
            for (int t = 0; t < TOKENS; t++) {
                step.add(sequence, t * t % machine.vocabularySize(), true);
            }
            machine.run(step);
            assertThat(checksum(step.logits(), TOKENS * machine.vocabularySize()))
                    .as("logits")
                    .isEqualTo(logits);
        }
    }

    private static String checksum(ModelDescription model) {
        CRC32 checksum = new CRC32();
        for (Tensor tensor : model.tensors().values()) {
            checksum.update(tensor.data().toArray(ValueLayout.JAVA_BYTE));
        }
        return Long.toHexString(checksum.getValue());
    }

    private static String checksum(float[] values, int count) {
        CRC32 checksum = new CRC32();
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                checksum.update(bits >>> shift);
            }
        }
        return Long.toHexString(checksum.getValue());
    }
}
