package dev.lockstep.lpu.binary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.LpuException;
import dev.lockstep.lpu.assembly.Disassembler;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.RandomPrograms;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProgramBinaryTest {
    @Test
    void shouldReadBackWhatItWrites() {
        long first = new Random().nextLong();
        for (long seed = first; seed < first + 200; seed++) {
            LpuProgram program = RandomPrograms.of(seed);
            assertThat(ProgramReader.program("test", ProgramWriter.bytes(program)))
                    .as("seed %d", seed)
                    .isEqualTo(program);
        }
    }

    @Test
    void shouldKeepEverythingButLabelsWhenStripped() {
        LpuProgram program = RandomPrograms.of(5);
        byte[] stripped = ProgramWriter.stripped(program);
        String unlabelled =
                Disassembler.text(program).replaceAll("-> #\\d+", "-> kept").replaceAll(" ?#\\d+", "");

        assertThat(stripped).hasSizeLessThan(ProgramWriter.bytes(program).length);
        assertThat(Disassembler.text(ProgramReader.program("test", stripped)).replaceAll(" label -?\\d+", ""))
                .isEqualTo(unlabelled.replaceAll(" label -?\\d+", ""));
    }

    @Test
    void shouldRefuseEveryTruncation() {
        byte[] bytes = ProgramWriter.bytes(RandomPrograms.of(7));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> ProgramReader.program("cut.lpu", cut))
                    .isInstanceOf(BinaryException.class)
                    .hasMessageStartingWith("cut.lpu: is no program for an LPU");
        }
    }

    @Test
    void shouldRefuseOtherFiles() {
        assertThatThrownBy(() -> ProgramReader.program("x", "GGUF....".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("does not begin with LPUP");
        byte[] later = ProgramWriter.bytes(RandomPrograms.of(8));
        later[4] = 99;
        assertThatThrownBy(() -> ProgramReader.program("x", later)).hasMessageContaining("version 99");
        byte[] longer = Arrays.copyOf(ProgramWriter.bytes(RandomPrograms.of(8)), 100_000);
        assertThatThrownBy(() -> ProgramReader.program("x", longer)).hasMessageContaining("after its end");
    }

    /** Changed bytes give another program or a refusal, never anything else. */
    @Test
    void shouldSurviveChangedBytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] bytes = ProgramWriter.bytes(RandomPrograms.of(9));
        for (int i = 0; i < 5000; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                ProgramReader.program("changed", changed);
            } catch (LpuException refused) {
                assertThat(refused).as("seed %d", seed).hasMessageStartingWith("changed: ");
            }
        }
    }
}
