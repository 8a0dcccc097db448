package dev.lockstep.simulator;

import static dev.lockstep.lpu.machine.Direction.EASTWARD;
import static dev.lockstep.lpu.machine.Direction.WESTWARD;
import static dev.lockstep.lpu.machine.Hemisphere.EAST;
import static dev.lockstep.lpu.machine.Hemisphere.WEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Repeat;
import org.junit.jupiter.api.Test;

/** The cycle in which each unit takes and gives, and nothing in any other. */
class TimingTest {
    private static final Machine MACHINE = Machine.lpuV1();

    @Test
    void shouldCarryAWordAcrossTheChip() {
        // Read at 10 drives position -1 at 11; slice 43 in the east is 42 positions on.
        LpuProgram program = copy(10, 11 + 42);

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            fill(system, 0, WEST, 0, 5, 7);
            SimulationResult result = system.run(program);

            assertThat(system.word(0, EAST, 43, 9)).containsOnly(7);
            assertThat(result.cycles()).isEqualTo(53 + 1 + 20);
            assertThat(result.total().count(Action.MEMORY_READ)).isEqualTo(1);
            assertThat(result.total().count(Action.STREAM_HOP)).isEqualTo(51);
        }
    }

    @Test
    void shouldNameWhoFindsNothing() {
        for (int late : new int[] {-1, 1}) {
            try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
                assertThatExceptionOfType(SimulationException.class)
                        .isThrownBy(() -> system.run(copy(10, 53 + late)))
                        .satisfies(e -> {
                            assertThat(e.chip()).isZero();
                            assertThat(e.cycle()).isEqualTo(53 + late);
                            assertThat(e.queue()).isEqualTo("mem.e.43");
                            assertThat(e.resource()).isEqualTo("stream e3 at position 41");
                            assertThat(e.instruction()).startsWith("write e3#1 -> 9");
                            assertThat(e).hasMessageContaining("no vector is there");
                        });
            }
        }
    }

    @Test
    void shouldSeeWrongVectorsByTheirLabels() {
        ProgramBuilder builder = new ProgramBuilder();
        builder.add(
                Queue.memory(WEST, 0),
                0,
                new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, 3, 100)),
                new Repeat(4, 1, 1, 1));
        builder.add(Queue.memory(EAST, 43), 43 + 2, new MemoryInstruction.Write(flow(EASTWARD, 3, 101), Address.of(0)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(builder.build()))
                    .withMessageContaining("vector #102 of queue mem.w.0 is there instead of vector #101");
        }
    }

    @Test
    void shouldReplaceAVectorFromTheNewProducerOn() {
        ProgramBuilder builder = new ProgramBuilder();
        // Both are the same flight: east 0 (position 31) drives at 33 what west 0 (position -1) drove at 1.
        builder.add(Queue.memory(WEST, 0), 0, new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, 0, 1)));
        builder.add(Queue.memory(EAST, 0), 32, new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, 0, 2)));
        // In the cycle in which it is replaced, a reader at the same position still sees the old one.
        builder.add(Queue.memory(EAST, 1), 33, new MemoryInstruction.Write(flow(EASTWARD, 0, 1), Address.of(1)));
        builder.add(Queue.memory(EAST, 4), 34, new MemoryInstruction.Write(flow(EASTWARD, 0, 2), Address.of(1)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            fill(system, 0, WEST, 0, 0, 1);
            fill(system, 0, EAST, 0, 0, 2);
            system.run(builder.build());
            assertThat(system.word(0, EAST, 1, 1)).containsOnly(1);
            assertThat(system.word(0, EAST, 4, 1)).containsOnly(2);
        }
    }

    @Test
    void shouldRefuseTwoProducersOfOneRegister() {
        ProgramBuilder builder = new ProgramBuilder();
        builder.add(Queue.memory(WEST, 4), 7, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 9, 0)));
        builder.add(Queue.memory(WEST, 7), 7, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 9, 0)));
        builder.add(Queue.memory(WEST, 8), 9, new MemoryInstruction.Write(flow(WESTWARD, 9, 0), Address.of(0)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(builder.build()))
                    .satisfies(e -> assertThat(e.resource()).isEqualTo("stream w9 at position -2"))
                    .withMessageContaining("two vectors");
        }
    }

    @Test
    void shouldChainAlus() {
        ProgramBuilder builder = new ProgramBuilder();
        for (int plane = 0; plane < 4; plane++) {
            builder.add(
                    Queue.memory(WEST, plane),
                    0,
                    new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, plane, 5 + plane * Flow.PLANE)));
            builder.add(
                    Queue.memory(EAST, plane),
                    12,
                    new MemoryInstruction.Write(flow(EASTWARD, 8 + plane, 7 + plane * Flow.PLANE), Address.of(1)));
        }
        // Position 3 at cycle 5; results at 8 in the ALU, and at 11 at position 30.
        builder.add(
                Queue.alu(1),
                5,
                new VectorInstruction.Binary(
                        VectorInstruction.BinaryOperation.MUL,
                        Element.FP32,
                        new Operand.OfStream(flow(EASTWARD, 0, 5)),
                        Operand.Constant.of(3),
                        Result.kept(6)));
        builder.add(
                Queue.alu(2),
                8,
                new VectorInstruction.Binary(
                        VectorInstruction.BinaryOperation.ADD,
                        Element.FP32,
                        new Operand.OfAlu(1, 6, false),
                        Operand.Constant.of(1),
                        Result.onto(flow(EASTWARD, 8, 7))));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            for (int plane = 0; plane < 4; plane++) {
                fill(system, 0, WEST, plane, 0, Float.floatToRawIntBits(2.5f) >> 8 * plane);
            }
            SimulationResult result = system.run(builder.build());
            int bits = 0;
            for (int plane = 0; plane < 4; plane++) {
                bits |= (system.word(0, EAST, plane, 1)[319] & 0xff) << 8 * plane;
            }
            assertThat(Float.intBitsToFloat(bits)).isEqualTo(8.5f);
            assertThat(result.total().busyCycles(Queue.Unit.ALU)).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseAnAluResultBeforeItIsThere() {
        ProgramBuilder builder = new ProgramBuilder();
        builder.add(Queue.alu(1), 5, copyOf(Operand.Constant.of(3), Result.kept(6)));
        builder.add(Queue.alu(2), 7, copyOf(new Operand.OfAlu(1, 6, false), Result.kept(7)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(builder.build()))
                    .withMessageContaining("it holds no result yet (ALU 1)");
        }
    }

    @Test
    void shouldAskForALargeAlu() {
        ProgramBuilder builder = new ProgramBuilder();
        builder.add(
                Queue.alu(1),
                5,
                new VectorInstruction.Unary(
                        VectorInstruction.UnaryOperation.EXP2, Element.FP32, Operand.Constant.of(3), Result.kept(6)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(builder.build()))
                    .withMessageContaining("only a large ALU");
        }
    }

    @Test
    void shouldMoveLanesInTheSwitch() {
        ProgramBuilder builder = new ProgramBuilder();
        Integer[] reverse = new Integer[320];
        Integer[] spread = new Integer[16];
        for (int lane = 0; lane < 320; lane++) {
            reverse[lane] = 319 - lane;
            spread[lane % 16] = lane % 16 == 15 ? -1 : 15;
        }
        int whole = builder.map(reverse);
        int tile = builder.map(spread);
        builder.add(
                Queue.memory(EAST, 43),
                0,
                new MemoryInstruction.Read(Address.of(0), flow(EASTWARD, 0, 9)),
                new Repeat(3, 1, 0, 0));
        // The switch is 4 positions on: vectors at 5, 6 and 7.
        Flow from = flow(EASTWARD, 0, 9);
        builder.add(
                new Queue(Queue.Unit.PERMUTER, EAST, 0),
                5,
                new SwitchInstruction.Permute(1, from, whole, flow(WESTWARD, 0, 10)));
        builder.add(
                new Queue(Queue.Unit.DISTRIBUTOR, EAST, 2),
                6,
                new SwitchInstruction.Distribute(from, tile, flow(WESTWARD, 1, 11)));
        builder.add(
                new Queue(Queue.Unit.SHIFTER, EAST, 0),
                7,
                new SwitchInstruction.Shift(1, from, -3, flow(WESTWARD, 2, 12)));
        builder.add(
                Queue.memory(EAST, 40), 5 + 48 + 4, new MemoryInstruction.Write(flow(WESTWARD, 0, 10), Address.of(1)));
        builder.add(
                Queue.memory(EAST, 41), 6 + 2 + 4, new MemoryInstruction.Write(flow(WESTWARD, 1, 11), Address.of(1)));
        builder.add(
                Queue.memory(EAST, 42), 7 + 22 + 4, new MemoryInstruction.Write(flow(WESTWARD, 2, 12), Address.of(1)));

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            byte[] ramp = new byte[320];
            for (int lane = 0; lane < 320; lane++) {
                ramp[lane] = (byte) lane;
            }
            system.load((chip, writer) -> writer.write(EAST, 43, 0, ramp));
            system.run(builder.build());
            byte[] reversed = system.word(0, EAST, 40, 1);
            byte[] distributed = system.word(0, EAST, 41, 1);
            byte[] shifted = system.word(0, EAST, 42, 1);
            for (int lane = 0; lane < 320; lane++) {
                assertThat(reversed[lane]).isEqualTo(ramp[319 - lane]);
                assertThat(distributed[lane]).isEqualTo(lane % 16 == 15 ? 0 : ramp[lane / 16 * 16 + 15]);
                assertThat(shifted[lane]).isEqualTo(lane < 3 ? 0 : ramp[lane - 3]);
            }
        }
    }

    @Test
    void shouldTransposeTiles() {
        LpuProgram program = transpose(52);

        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            system.load((chip, writer) -> {
                for (int stream = 0; stream < 16; stream++) {
                    byte[] vector = new byte[320];
                    for (int lane = 0; lane < 320; lane++) {
                        vector[lane] = (byte) (stream * 16 + lane % 16 + lane / 16);
                    }
                    writer.write(WEST, 43 - stream, 0, vector);
                }
            });
            system.run(program);
            for (int stream = 0; stream < 16; stream++) {
                byte[] vector = system.word(0, WEST, 43 - stream, 1);
                for (int lane = 0; lane < 320; lane++) {
                    assertThat(vector[lane]).isEqualTo((byte) (lane % 16 * 16 + stream + lane / 16));
                }
            }
        }
    }

    /** Slices 43 to 40 stand at -11, 39 to 36 at -10 and so on; the switch is at -15. */
    private static LpuProgram transpose(int transpose) {
        ProgramBuilder builder = new ProgramBuilder();
        for (int stream = 0; stream < 16; stream++) {
            int slice = 43 - stream;
            int distance = 15 - 11 + (43 / 4 - slice / 4);
            builder.add(
                    Queue.memory(WEST, slice),
                    transpose - distance - 1,
                    new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 16 + stream, 50 + stream)));
            builder.add(
                    Queue.memory(WEST, slice),
                    transpose + 4 + distance,
                    new MemoryInstruction.Write(flow(EASTWARD, stream, 80 + stream), Address.of(1)));
        }
        builder.add(
                new Queue(Queue.Unit.TRANSPOSER, WEST, 0),
                transpose,
                new SwitchInstruction.Transpose(flow(WESTWARD, 16, 50), flow(EASTWARD, 0, 80)));
        return builder.build();
    }

    @Test
    void shouldGatherAndScatterByTile() {
        ProgramBuilder builder = new ProgramBuilder();
        // Maps come from west slices 8 and 9 (position -3), flow west to slice 12 (position -4).
        builder.add(Queue.memory(WEST, 8), 0, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 4, 1)));
        builder.add(
                Queue.memory(WEST, 9), 0, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 5, 1 + Flow.PLANE)));
        builder.add(
                Queue.memory(WEST, 12),
                2,
                new MemoryInstruction.Gather(Address.of(1000), flow(WESTWARD, 4, 1), flow(WESTWARD, 6, 2)));
        builder.add(Queue.memory(WEST, 16), 4, new MemoryInstruction.Write(flow(WESTWARD, 6, 2), Address.of(0)));
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            system.load((chip, writer) -> {
                byte[] low = new byte[320];
                byte[] high = new byte[320];
                for (int tile = 0; tile < 20; tile++) {
                    low[16 * tile] = (byte) (250 + tile);
                    high[16 * tile] = (byte) (250 + tile >> 8);
                    byte[] row = new byte[320];
                    java.util.Arrays.fill(row, (byte) tile);
                    writer.write(WEST, 12, 1250 + tile, row);
                }
                writer.write(WEST, 8, 0, low);
                writer.write(WEST, 9, 0, high);
            });
            system.run(builder.build());
            byte[] gathered = system.word(0, WEST, 16, 0);
            for (int lane = 0; lane < 320; lane++) {
                assertThat(gathered[lane]).isEqualTo((byte) (lane / 16));
            }
        }
    }

    @Test
    void shouldSendOverALink() {
        try (LpuSystem system = new LpuSystem(MACHINE, 2)) {
            fill(system, 0, EAST, 43, 0, 42);
            SimulationResult result = system.run(transfer(60, 60 + 244));

            assertThat(system.word(1, WEST, 43, 3)).containsOnly(42);
            assertThat(result.linkBytes(MACHINE)).isEqualTo(320);
            assertThat(result.completion()).containsExactly(60L + 27 + 20, 60L + 244 + 5 + 1 + 20);
        }
    }

    @Test
    void shouldRefuseToReceiveTooEarlyOrNever() {
        try (LpuSystem system = new LpuSystem(MACHINE, 2)) {
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(transfer(60, 60 + 243)))
                    .satisfies(e -> {
                        assertThat(e.chip()).isEqualTo(1);
                        assertThat(e.queue()).isEqualTo("link.0");
                    })
                    .withMessageContaining("no vector has arrived");
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(transfer(60, -1)))
                    .withMessageContaining("is never received (port 0)");
        }
    }

    @Test
    void shouldHoldABarrierFor35Cycles() {
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            system.run(barrier(100, 135));
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(barrier(100, 134)))
                    .withMessageContaining("it waits until cycle 135");
            assertThatExceptionOfType(SimulationException.class)
                    .isThrownBy(() -> system.run(barrier(-1, 200)))
                    .withMessageContaining("nobody has notified");
        }
    }

    private static LpuProgram barrier(int notify, int go) {
        ProgramBuilder builder = new ProgramBuilder();
        builder.add(Queue.memory(WEST, 3), 7, new ControlInstruction.Sync());
        builder.add(Queue.memory(WEST, 3), go, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 0, 0)));
        if (notify >= 0) {
            builder.add(Queue.alu(0), notify, new ControlInstruction.Notify());
        }
        return builder.build();
    }

    /** Chip 0's port 0 is at its west switch, and leads to chip 1's port 0. */
    private static LpuProgram transfer(int send, int receive) {
        ProgramBuilder builder = new ProgramBuilder(2);
        builder.add(
                0, Queue.memory(EAST, 43), send - 57, new MemoryInstruction.Read(Address.of(0), flow(WESTWARD, 7, 77)));
        builder.add(0, Queue.link(0), send, new LinkInstruction.Send(flow(WESTWARD, 7, 77)));
        if (receive >= 0) {
            builder.add(1, Queue.link(0), receive, new LinkInstruction.Receive(77, flow(EASTWARD, 1, 78)));
            builder.add(
                    1,
                    Queue.memory(WEST, 43),
                    receive + 1 + 4,
                    new MemoryInstruction.Write(flow(EASTWARD, 1, 78), Address.of(3)));
        }
        return builder.build();
    }

    private static LpuProgram copy(int read, int write) {
        return new ProgramBuilder()
                .add(Queue.memory(WEST, 0), read, new MemoryInstruction.Read(Address.of(5), flow(EASTWARD, 3, 1)))
                .add(Queue.memory(EAST, 43), write, new MemoryInstruction.Write(flow(EASTWARD, 3, 1), Address.of(9)))
                .build();
    }

    private static VectorInstruction copyOf(Operand operand, Result to) {
        return new VectorInstruction.Unary(VectorInstruction.UnaryOperation.COPY, Element.FP32, operand, to);
    }

    static Flow flow(dev.lockstep.lpu.machine.Direction direction, int stream, int label) {
        return new Flow(new Stream(direction, stream), label);
    }

    static void fill(
            LpuSystem system,
            int chip,
            dev.lockstep.lpu.machine.Hemisphere hemisphere,
            int slice,
            int word,
            int value) {
        byte[] vector = new byte[320];
        java.util.Arrays.fill(vector, (byte) value);
        system.load((number, writer) -> {
            if (number == chip) {
                writer.write(hemisphere, slice, word, vector);
            }
        });
    }
}
