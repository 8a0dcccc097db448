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
            new ModelShape("golden", 128, 512, 1, 4, 2, 768, 61, 1e-5f, 1e4f, 3, 2, true);

    /** Ends in the second KV block. */
    private static final int TOKENS = 66;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "F32, 160cae76, 9b2e3b29",
        "F16, efdb7651, 862ae6d9",
        "BF16, 93bba439, 15435de1",
        "Q4_0, ca397dae, b5ea267b",
        "Q4_1, 27fe60de, b7e280f0",
        "Q8_0, 7475e326, 8841a29d",
        "Q2_K, 7955780b, 5ad64db7",
        "Q3_K, 33652a65, e70c109e",
        "Q5_K_M, f18b0c4b, 49da22e4",
        "IQ4_XS, 3e96bf39, 7af09a2c",
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
