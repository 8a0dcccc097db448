package dev.lockstep.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.numerics.SpecialFunctions;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LstmCellTest {
    private static final long SEED = 8;
    private static final int HIDDEN = 320;
    private static final int BATCH = 3;
    private static final int INPUTS = 2;

    private final Machine machine = Machine.lpuV1().with(Quantity.ACCUMULATORS, 32);

    @Test
    void shouldComputeAnLstmCell() {
        Random random = new Random(SEED);
        byte[][][] weights = new byte[4][HIDDEN][INPUTS * 320];
        byte[][] rows = new byte[BATCH][INPUTS * 320];
        float[][] state = new float[BATCH][HIDDEN];
        for (byte[][] gate : weights) {
            for (byte[] row : gate) {
                random.nextBytes(row);
            }
        }
        for (int row = 0; row < BATCH; row++) {
            random.nextBytes(rows[row]);
            for (int unit = 0; unit < HIDDEN; unit++) {
                state[row][unit] = random.nextFloat() * 4 - 2;
            }
        }
        try (LpuSystem system = new LpuSystem(machine, 1)) {
            system.load((chip, writer) -> {
                for (int gate = 0; gate < 4; gate++) {
                    Hemisphere side = LstmCell.side(gate);
                    for (int input = 0; input < INPUTS; input++) {
                        for (int unit = 0; unit < HIDDEN; unit++) {
                            writer.write(
                                    side,
                                    LstmCell.weightSlice(gate, unit % 16),
                                    20 * input + unit / 16,
                                    part(weights[gate][unit], input));
                        }
                        for (int row = 0; row < BATCH; row++) {
                            writer.write(
                                    side,
                                    LstmCell.ACTIVATION_SLICE + gate % 2,
                                    LstmCell.ACTIVATION_WORD + input * BATCH + row,
                                    part(rows[row], input));
                        }
                    }
                }
                for (int row = 0; row < BATCH; row++) {
                    for (int plane = 0; plane < 4; plane++) {
                        byte[] word = new byte[320];
                        for (int unit = 0; unit < HIDDEN; unit++) {
                            word[unit] = (byte) (Float.floatToRawIntBits(state[row][unit]) >> 8 * plane);
                        }
                        writer.write(Hemisphere.WEST, plane, LstmCell.STATE_WORD + row, word);
                    }
                }
            });
            system.run(new LstmCell(machine, HIDDEN, BATCH, 64).program());

            for (int row = 0; row < BATCH; row++) {
                byte[] output = system.word(0, Hemisphere.EAST, LstmCell.OUTPUT_SLICE, LstmCell.STATE_WORD + row);
                for (int unit = 0; unit < HIDDEN; unit++) {
                    float[] gates = new float[4];
                    for (int gate = 0; gate < 4; gate++) {
                        int sum = 0;
                        for (int k = 0; k < INPUTS * 320; k++) {
                            sum += weights[gate][unit][k] * rows[row][k];
                        }
                        gates[gate] = sum;
                    }
                    float half = LstmCell.SCALE / 2;
                    float i = SpecialFunctions.tanh(gates[0] * half) + 1;
                    float f = SpecialFunctions.tanh(gates[1] * half) + 1;
                    float g = SpecialFunctions.tanh(gates[2] * LstmCell.SCALE);
                    float o = SpecialFunctions.tanh(gates[3] * half) + 1;
                    float c = (i * g + f * state[row][unit]) * 0.5f;
                    float h = o * SpecialFunctions.tanh(c) * (LstmCell.STEPS / 2);
                    assertThat(output[unit])
                            .as("seed %d row %d unit %d", SEED, row, unit)
                            .isEqualTo((byte) Math.rint(h));
                    int bits = 0;
                    for (int plane = 0; plane < 4; plane++) {
                        bits |= (system.word(0, Hemisphere.WEST, plane, LstmCell.STATE_WORD + row)[unit] & 0xff)
                                << 8 * plane;
                    }
                    assertThat(Float.intBitsToFloat(bits)).isEqualTo(c);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"512, 1", "512, 32", "1024, 8"})
    void shouldBeLegalAtAnyInterval(int hidden, int batch) {
        int shortest = LstmCell.shortestInterval(machine, batch);
        for (int interval : new int[] {shortest, shortest + 1, 62 + 2 * batch}) {
            LpuProgram program = new LstmCell(machine, hidden, batch, interval).program();
            assertThat(new LegalityChecker(machine).check(program)).isEmpty();
        }
        LpuProgram tooClose = new LstmCell(machine, hidden, batch, shortest - 1).program();
        assertThat(new LegalityChecker(machine).check(tooClose)).isNotEmpty();
    }

    private static byte[] part(byte[] row, int input) {
        return java.util.Arrays.copyOfRange(row, 320 * input, 320 * (input + 1));
    }
}
