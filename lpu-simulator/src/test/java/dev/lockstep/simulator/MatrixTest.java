package dev.lockstep.simulator;

import static dev.lockstep.lpu.machine.Direction.EASTWARD;
import static dev.lockstep.lpu.machine.Direction.WESTWARD;
import static dev.lockstep.lpu.machine.Hemisphere.EAST;
import static dev.lockstep.simulator.TimingTest.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.numerics.ExactSum;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Repeat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One tile of weights and one vector, in all precisions, against the scalar definition. */
class MatrixTest {
    private static final long SEED = 31;
    private static final Machine MACHINE = Machine.lpuV1();
    private static final Queue WEIGHTS = new Queue(Queue.Unit.WEIGHTS, EAST, 0);
    private static final Queue ACTIVATE = new Queue(Queue.Unit.ACTIVATIONS, EAST, 0);
    private static final Queue ACCUMULATE = new Queue(Queue.Unit.ACCUMULATORS, EAST, 0);

    /** When the first row group passes the plane. */
    private static final int LOAD = 40;

    private static final int INSTALL = LOAD + 20;
    private static final int VISIBLE = INSTALL + 3;

    @ParameterizedTest
    @CsvSource({"INT8, INT8, 20", "INT8, INT8, 3", "INT8, FP16, 20", "FP16, FP16, 20", "FP16, FP16, 7"})
    void shouldMultiplyLikeTheDefinition(Element weights, Element activation, int groups) {
        Random random = new Random(SEED);
        int[][] rows = new int[320][320];
        int[] vector = new int[320];
        for (int lane = 0; lane < 320; lane++) {
            vector[lane] = element(random, activation);
            for (int row = 0; row < 16 * groups; row++) {
                rows[row][lane] = element(random, weights);
            }
        }
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            store(system, weights, activation, rows, vector);
            SimulationResult result = system.run(tile(weights, activation, groups, VISIBLE, VISIBLE + 13));

            for (int row = 0; row < 320; row++) {
                int bits = 0;
                for (int plane = 0; plane < 4; plane++) {
                    bits |= (system.word(0, EAST, plane, 1)[row] & 0xff) << 8 * plane;
                }
                assertThat(bits)
                        .as("seed %d row %d", SEED, row)
                        .isEqualTo(expected(weights, activation, rows[row], vector));
            }
            // The last of 4 planes leaves the array at 50, and reaches the innermost memory register 19 cycles later.
            assertThat(result.cycles()).isEqualTo(VISIBLE + 13 + 34 + 19 + 1 + 20);
        }
    }

    @Test
    void shouldRefuseWeightsThatAreNotVisible() {
        refuse(tile(Element.INT8, Element.INT8, 20, VISIBLE - 1, VISIBLE + 12), "not visible yet");
        refuse(tile(Element.INT8, Element.INT8, 20, INSTALL, INSTALL + 13), "none are installed");
    }

    @Test
    void shouldRefuseProductsThatMeetNoAccumulation() {
        refuse(tile(Element.INT8, Element.INT8, 20, VISIBLE, VISIBLE + 12), "no product arrives");
        refuse(tile(Element.INT8, Element.INT8, 20, VISIBLE, VISIBLE + 14), "was never accumulated");
    }

    @Test
    void shouldRefuseIncompleteWeights() {
        refuse(
                base(Element.INT8, Element.INT8, 20)
                        .add(WEIGHTS, INSTALL, new MatrixInstruction.InstallWeights(Element.INT8, 19))
                        .build(),
                "row group 19 was loaded too");
        refuse(
                base(Element.INT8, Element.INT8, 18)
                        .add(WEIGHTS, INSTALL, new MatrixInstruction.InstallWeights(Element.INT8, 19))
                        .build(),
                "row group 18 was not loaded");
        refuse(
                base(Element.INT8, Element.INT8, 20)
                        .add(WEIGHTS, INSTALL, new MatrixInstruction.InstallWeights(Element.FP16, 20))
                        .build(),
                "it holds INT8");
        refuse(
                base(Element.INT8, Element.INT8, 19)
                        .add(WEIGHTS, INSTALL, new MatrixInstruction.LoadWeights(Element.INT8, 0, 18, 0))
                        .build(),
                "already been loaded");
    }

    @Test
    void shouldKeepAPlaneBusyForAWholeRow() {
        ProgramBuilder builder = base(Element.FP16, Element.FP16, 20);
        builder.add(WEIGHTS, INSTALL, new MatrixInstruction.InstallWeights(Element.FP16, 20));
        for (int time = 0; time < 2; time++) {
            builder.add(ACTIVATE, VISIBLE + time, new MatrixInstruction.Activate(Element.FP16, flow(EASTWARD, 0, 0)));
        }
        for (int plane = 0; plane < 2; plane++) {
            builder.add(
                    Queue.memory(EAST, 40 + plane),
                    VISIBLE - 10,
                    new MemoryInstruction.Read(Address.of(5), flow(EASTWARD, plane, 0)),
                    new Repeat(2, 1, 0, 0));
        }
        refuse(builder.build(), "busy with another vector until cycle " + (VISIBLE + 2));
    }

    private static void refuse(LpuProgram program, String message) {
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(program))
                    .withMessageContaining(message)
                    .satisfies(e -> assertThat(e.resource()).startsWith("matrix plane 0 in the EAST"));
        }
    }

    /** Loads, installs, multiplies, accumulates, and writes the four byte planes of the result to slices 0 to 3. */
    private static LpuProgram tile(Element weights, Element activation, int groups, int activate, int accumulate) {
        ProgramBuilder builder = base(weights, activation, groups);
        builder.add(WEIGHTS, INSTALL, new MatrixInstruction.InstallWeights(weights, groups));
        Element sum = activation == Element.INT8 ? Element.INT32 : Element.FP32;
        for (int plane = 0; plane < activation.planes(); plane++) {
            builder.add(
                    Queue.memory(EAST, 40 + plane),
                    activate - 10,
                    new MemoryInstruction.Read(Address.of(5), flow(EASTWARD, plane, 900 + plane * Flow.PLANE)));
        }
        builder.add(ACTIVATE, activate, new MatrixInstruction.Activate(activation, flow(EASTWARD, 0, 900)));
        builder.add(
                ACCUMULATE,
                accumulate,
                new MatrixInstruction.Accumulate(sum, 1, false, 900, Optional.of(flow(WESTWARD, 4, 901))));
        for (int plane = 0; plane < 4; plane++) {
            builder.add(
                    Queue.memory(EAST, plane),
                    accumulate + 34 + 19,
                    new MemoryInstruction.Write(flow(WESTWARD, 4 + plane, 901 + plane * Flow.PLANE), Address.of(1)));
        }
        return builder.build();
    }

    /** Row r of group g, byte plane b: slice 4 + (r * planes + b) holds it at word g. All 16 or 32 streams pass the array at LOAD + g. */
    private static ProgramBuilder base(Element weights, Element activation, int groups) {
        ProgramBuilder builder = new ProgramBuilder();
        int planes = weights.planes();
        for (int stream = 0; stream < 16 * planes; stream++) {
            int slice = 4 + stream;
            int distance = 50 - (31 + slice / 4);
            int label = 1 + stream / planes + stream % planes * Flow.PLANE;
            builder.add(
                    Queue.memory(EAST, slice),
                    LOAD - distance - 1,
                    new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, stream, label)),
                    new Repeat(groups, 1, 1, 16));
        }
        builder.add(WEIGHTS, LOAD, new MatrixInstruction.LoadWeights(weights, 0, 0, 1), new Repeat(groups, 1, 1, 16));
        return builder;
    }

    private static void store(LpuSystem system, Element weights, Element activation, int[][] rows, int[] vector) {
        int planes = weights.planes();
        system.load((chip, writer) -> {
            for (int row = 0; row < 320; row++) {
                for (int plane = 0; plane < planes; plane++) {
                    writer.write(EAST, 4 + row % 16 * planes + plane, row / 16, bytes(rows[row], plane));
                }
            }
            for (int plane = 0; plane < activation.planes(); plane++) {
                writer.write(EAST, 40 + plane, 5, bytes(vector, plane));
            }
        });
    }

    private static byte[] bytes(int[] elements, int plane) {
        byte[] bytes = new byte[elements.length];
        for (int lane = 0; lane < bytes.length; lane++) {
            bytes[lane] = (byte) (elements[lane] >> 8 * plane);
        }
        return bytes;
    }

    private static int expected(Element weights, Element activation, int[] row, int[] vector) {
        if (activation == Element.INT8) {
            int sum = 0;
            for (int lane = 0; lane < 320; lane++) {
                sum += (byte) row[lane] * (byte) vector[lane];
            }
            return sum;
        }
        ExactSum sum = new ExactSum();
        for (int lane = 0; lane < 320; lane++) {
            if (weights == Element.FP16) {
                sum.addProduct((short) row[lane], (short) vector[lane]);
            } else {
                sum.addProduct((byte) row[lane], (short) vector[lane]);
            }
        }
        return Float.floatToRawIntBits(sum.round());
    }

    private static int element(Random random, Element type) {
        return type == Element.INT8
                ? random.nextInt() & 0xff
                : Float.floatToFloat16((float) random.nextGaussian()) & 0xffff;
    }
}
