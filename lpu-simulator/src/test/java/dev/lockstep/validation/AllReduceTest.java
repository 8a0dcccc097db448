package dev.lockstep.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllReduceTest {
    private final Machine machine = Machine.lpuV1();

    /** Short and long ones: in the second kind the first shot is still leaving when sums are ready. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    void shouldAddOverAllChips(int vectors) {
        long seed = 12;
        Random random = new Random(seed);
        byte[][][][] parts = new byte[AllReduce.CHIPS][AllReduce.CHIPS][vectors][320];
        for (byte[][][] chip : parts) {
            for (byte[][] part : chip) {
                for (byte[] vector : part) {
                    random.nextBytes(vector);
                }
            }
        }
        LpuProgram program = new AllReduce(machine, vectors).program();
        assertThat(new LegalityChecker(machine).check(program)).isEmpty();
        try (LpuSystem system = new LpuSystem(machine, AllReduce.CHIPS)) {
            system.load((chip, writer) -> {
                for (int part = 0; part < AllReduce.CHIPS; part++) {
                    int port = AllReduce.port(chip, part);
                    Hemisphere side = part == chip ? Hemisphere.WEST : AllReduce.side(port);
                    int slice = part == chip ? AllReduce.ownSlice() : AllReduce.outSlice(port);
                    for (int vector = 0; vector < vectors; vector++) {
                        writer.write(side, slice, vector, parts[chip][part][vector]);
                    }
                }
            });
            system.run(program);
            for (int chip = 0; chip < AllReduce.CHIPS; chip++) {
                for (int part = 0; part < AllReduce.CHIPS; part++) {
                    int port = AllReduce.port(chip, part);
                    Hemisphere side = part == chip ? Hemisphere.WEST : AllReduce.side(port);
                    int slice = part == chip ? AllReduce.sumSlice() : AllReduce.resultSlice(port);
                    for (int vector = 0; vector < vectors; vector++) {
                        byte[] expected = new byte[320];
                        for (byte[][][] of : parts) {
                            for (int lane = 0; lane < 320; lane++) {
                                expected[lane] += of[part][vector][lane];
                            }
                        }
                        assertThat(system.word(chip, side, slice, vector))
                                .as("seed %d chip %d part %d vector %d", seed, chip, part, vector)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }
}
