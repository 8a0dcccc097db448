package dev.lockstep.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.MemoryImage.Writer;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.TimeSimulator;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixProductTest {
    private static final int LANES = 320;
    private static final long SEED = 5;

    private final Machine machine = Machine.lpuV1();

    /** Odd and even numbers of tiles on both sides, and rows fewer than a repetition's seams. */
    @ParameterizedTest
    @CsvSource({"40, 700, 700", "90, 640, 330", "70, 1000, 300", "33, 641, 961"})
    void shouldMultiply(int rows, int inner, int columns) {
        Random random = new Random(SEED);
        int[][] x = numbers(random, rows, inner);
        int[][] w = numbers(random, columns, inner);
        MatrixProduct product = new MatrixProduct(machine, rows, inner, columns);
        LpuProgram program = product.program();

        assertThat(new LegalityChecker(machine).check(program)).isEmpty();
        try (LpuSystem system = new LpuSystem(machine, 1)) {
            system.load((chip, writer) -> {
                rows(writer, product, x);
                weights(writer, w, inner);
            });
            assertThat(system.run(program).cycles())
                    .isEqualTo(TimeSimulator.run(machine, program).cycles());
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    int sum = 0;
                    for (int k = 0; k < inner; k++) {
                        sum += x[row][k] * w[column][k];
                    }
                    assertThat(result(system, product, row, column))
                            .as("row %d, column %d", row, column)
                            .isEqualTo(Float.floatToFloat16(sum));
                }
            }
        }
    }

    private static int[][] numbers(Random random, int rows, int columns) {
        int[][] numbers = new int[rows][columns];
        for (int[] row : numbers) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextInt(-3, 4);
            }
        }
        return numbers;
    }

    private static void rows(Writer writer, MatrixProduct product, int[][] x) {
        for (int tile = 0; LANES * tile < x[0].length; tile++) {
            int first = LANES * tile;
            for (int row = 0; row < x.length; row++) {
                int[] from = x[row];
                for (Hemisphere side : Hemisphere.values()) {
                    if (product.holds(side, tile)) {
                        half(
                                writer,
                                side,
                                product.rowSlice(tile),
                                product.rowWord(tile) + row,
                                lane -> first + lane < from.length ? from[first + lane] : 0);
                    }
                }
            }
        }
    }

    private void weights(Writer writer, int[][] w, int inner) {
        int innerTiles = Math.ceilDiv(inner, LANES);
        for (int tile = 0; tile < innerTiles * Math.ceilDiv(w.length, LANES); tile++) {
            int first = LANES * (tile % innerTiles);
            for (int lane = 0; lane < LANES; lane++) {
                int column = LANES * (tile / innerTiles) + lane;
                half(
                        writer,
                        tile % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST,
                        MatrixProduct.WEIGHT_SLICE + 2 * (lane % 16),
                        MatrixProduct.weightWord(machine, tile) + lane / 16,
                        k -> column < w.length && first + k < inner ? w[column][first + k] : 0);
            }
        }
    }

    private static void half(Writer writer, Hemisphere side, int slice, int word, IntUnaryOperator lanes) {
        byte[][] planes = new byte[2][LANES];
        for (int lane = 0; lane < LANES; lane++) {
            short bits = Float.floatToFloat16(lanes.applyAsInt(lane));
            planes[0][lane] = (byte) bits;
            planes[1][lane] = (byte) (bits >> 8);
        }
        for (int plane = 0; plane < 2; plane++) {
            writer.write(side, slice + plane, word, planes[plane]);
        }
    }

    private static short result(LpuSystem system, MatrixProduct product, int row, int column) {
        int tile = column / LANES;
        Hemisphere side = MatrixProduct.resultSide(tile);
        int word = product.resultWord(tile) + row;
        byte low = system.word(0, side, product.resultSlice(tile), word)[column % LANES];
        byte high = system.word(0, side, product.resultSlice(tile) + 1, word)[column % LANES];
        return (short) (low & 0xff | high << 8);
    }
}
