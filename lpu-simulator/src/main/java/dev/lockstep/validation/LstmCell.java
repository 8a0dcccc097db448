package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Repeat;
import java.util.Optional;

/**
 * One step of an LSTM cell with INT8 weights and activations, as a published tutorial has it: one gate on each of the four matrix planes, input and state side by
 * side as rows of {@code 2 * hidden} elements. A pass brings one 320 x 320 tile to every plane and multiplies all rows of the
 * batch; sums over passes stay in accumulators. After the last pass of an output tile each row goes through the vector unit, one every two cycles:
 *
 * <pre>
 *   c' = ((tanh(f/2) + 1) * c + (tanh(i/2) + 1) * tanh(g)) / 2        h = (tanh(o/2) + 1) * tanh(c') / 2
 * </pre>
 */
final class LstmCell {
    /** Multiplied with sums of gates to get their inputs; a power of two, as is every constant here. */
    static final float SCALE = 0x1p-12f;

    /** Steps of h when it is rounded to INT8. */
    static final float STEPS = 64;

    static final int ACTIVATION_SLICE = 36;
    static final int ACTIVATION_WORD = 2000;
    static final int STATE_WORD = 3000;
    static final int OUTPUT_SLICE = 0;

    /** A row every two cycles: the vector unit has 16 ALUs for the 23 operations of a row. */
    private static final int ROW_INTERVAL = 2;

    /** Cycles that gates wait for others, so that each meets its partner in the vector unit: i, f, g, o. */
    private static final int[] DELAYS = {0, 0, 3, 12};

    private final Machine machine;
    private final Floorplan floorplan;
    private final int batch;
    private final int outputTiles;
    private final int inputTiles;
    private final int interval;
    private final Draft draft = new Draft(Topology.NODE, 1);

    /**
     * @param machine with an accumulator for every row of the batch
     * @param interval cycles from one pass to the next
     */
    LstmCell(Machine machine, int hidden, int batch, int interval) {
        this.machine = machine;
        this.batch = batch;
        this.interval = interval;
        floorplan = new Floorplan(machine);
        outputTiles = tiles(machine, hidden);
        inputTiles = tiles(machine, 2 * hidden);
    }

    static int tiles(Machine machine, int elements) {
        return (elements + machine.lanes() - 1) / machine.lanes();
    }

    /** The shortest interval in which streams carry a pass: its weights, and its rows until the slowest gate has them. */
    static int shortestInterval(Machine machine, int batch) {
        return machine.whole(Quantity.INSTALL_CYCLES)
                + machine.whole(Quantity.INSTALL_VISIBLE)
                + DELAYS[3]
                + ROW_INTERVAL * (batch - 1)
                + 1;
    }

    static Hemisphere side(int gate) {
        return gate < 2 ? Hemisphere.EAST : Hemisphere.WEST;
    }

    static int weightSlice(int gate, int stream) {
        return 4 + 16 * (gate % 2) + stream;
    }

    LpuProgram program() {
        for (int output = 0; output < outputTiles; output++) {
            for (int input = 0; input < inputTiles; input++) {
                int pass = output * inputTiles + input;
                int activate = 0;
                int[] sums = new int[4];
                for (int gate = 0; gate < 4; gate++) {
                    activate = load(gate, pass);
                    sums[gate] = multiply(gate, input, activate);
                }
                if (input == inputTiles - 1) {
                    combine(output, activate, sums);
                }
            }
        }
        return draft.program(machine.name());
    }

    /** Brings the weights of a pass; gives the first cycle in which they can multiply. */
    private int load(int gate, int pass) {
        Hemisphere side = side(gate);
        Direction out = side.outward();
        int groups = machine.whole(Quantity.INSTALL_CYCLES);
        int first = 16 * (gate % 2);
        int at = pass * interval;
        int label = draft.labels(16 * groups);
        for (int stream = 0; stream < 16; stream++) {
            int slice = weightSlice(gate, stream);
            draft.add(
                    0,
                    Queue.memory(side, slice),
                    at - read() - out.hops(floorplan.memory(side, slice), floorplan.matrix(side)),
                    new MemoryInstruction.Read(
                            Address.of(pass * groups), new Flow(new Stream(out, first + stream), label + stream)),
                    Draft.times(groups, 1, 1, 16));
        }
        Queue weights = new Queue(Queue.Unit.WEIGHTS, side, gate % 2);
        draft.add(
                0,
                weights,
                at,
                new MatrixInstruction.LoadWeights(Element.INT8, first, 0, label),
                Draft.times(groups, 1, 1, 16));
        draft.add(0, weights, at + groups, new MatrixInstruction.InstallWeights(Element.INT8, groups));
        return at + groups + machine.whole(Quantity.INSTALL_VISIBLE);
    }

    /** Multiplies all rows; gives the label of the first sum. */
    private int multiply(int gate, int input, int activate) {
        Hemisphere side = side(gate);
        Direction out = side.outward();
        int cycle = activate + DELAYS[gate];
        int slice = ACTIVATION_SLICE + gate % 2;
        Flow rows = new Flow(new Stream(out, 16 * (gate % 2)), draft.labels(batch));
        draft.add(
                0,
                Queue.memory(side, slice),
                cycle - read() - out.hops(floorplan.memory(side, slice), floorplan.matrix(side)),
                new MemoryInstruction.Read(Address.of(ACTIVATION_WORD + input * batch), rows),
                Draft.times(batch, ROW_INTERVAL, 1, 1));
        draft.add(
                0,
                new Queue(Queue.Unit.ACTIVATIONS, side, gate % 2),
                cycle,
                new MatrixInstruction.Activate(Element.INT8, rows),
                Draft.times(batch, ROW_INTERVAL, 0, 1));
        boolean last = input == inputTiles - 1;
        int sums = last ? draft.labels(batch) : 0;
        for (int row = 0; row < batch; row++) {
            Optional<Flow> to = last ? Optional.of(new Flow(sumStream(gate), sums + row)) : Optional.empty();
            draft.add(
                    0,
                    new Queue(Queue.Unit.ACCUMULATORS, side, gate % 2),
                    cycle + machine.whole(Quantity.MULTIPLY_CYCLES) + row * ROW_INTERVAL,
                    new MatrixInstruction.Accumulate(Element.INT32, row, input > 0, rows.label() + row, to));
        }
        return sums;
    }

    private static Stream sumStream(int gate) {
        return new Stream(side(gate).inward(), 4 * (gate % 2));
    }

    /** What the vector unit does with the sums of one output tile. */
    private void combine(int output, int activate, int[] sums) {
        Hemisphere east = Hemisphere.EAST;
        int t = activate
                + machine.whole(Quantity.MULTIPLY_CYCLES)
                + machine.whole(Quantity.ACCUMULATE_CYCLES)
                + east.inward().hops(floorplan.matrix(east), floorplan.vectorInput(east.inward()));
        // The large ALUs are 0, 2, 5, 7, 8, 10, 13, 15. Each does one thing in even and one in odd cycles, counted from
        // t.
        int convertI = sum(0, t, sums[0], 0);
        int convertF = sum(2, t, sums[1], 1);
        int convertG = sum(0, t + 3, sums[2], 2);
        int convertO = sum(5, t + 12, sums[3], 3);
        int scaledI = binary(1, t + 3, BinaryOperation.MUL, alu(0, convertI), number(SCALE / 2));
        int scaledF = binary(3, t + 3, BinaryOperation.MUL, alu(2, convertF), number(SCALE / 2));
        int scaledG = binary(1, t + 6, BinaryOperation.MUL, alu(0, convertG), number(SCALE));
        int scaledO = binary(4, t + 15, BinaryOperation.MUL, alu(5, convertO), number(SCALE / 2));
        int tanhI = tanh(7, t + 6, alu(1, scaledI));
        int tanhF = tanh(8, t + 6, alu(3, scaledF));
        int tanhG = tanh(7, t + 9, alu(1, scaledG));
        int tanhO = tanh(10, t + 18, alu(4, scaledO));
        int openI = binary(6, t + 9, BinaryOperation.ADD, alu(7, tanhI), number(1));
        int openF = binary(9, t + 9, BinaryOperation.ADD, alu(8, tanhF), number(1));
        int openO = binary(11, t + 21, BinaryOperation.ADD, alu(10, tanhO), number(1));
        int state = state(output, t + 12);
        int input = binary(3, t + 12, BinaryOperation.MUL, alu(6, openI), alu(7, tanhG));
        int kept = binary(
                4,
                t + 12,
                BinaryOperation.MUL,
                alu(9, openF),
                new Operand.OfStream(new Flow(new Stream(Direction.EASTWARD, 8), state)));
        int doubled = binary(12, t + 15, BinaryOperation.ADD, alu(3, input), alu(4, kept));
        int next = newState(output, t + 18, alu(12, doubled));
        int squashed = tanh(10, t + 21, alu(6, next));
        int open = binary(9, t + 24, BinaryOperation.MUL, alu(11, openO), alu(10, squashed));
        int scaled = binary(14, t + 27, BinaryOperation.MUL, alu(9, open), number(STEPS / 2));
        output(output, t + 30, alu(14, scaled));
    }

    private int sum(int alu, int cycle, int label, int gate) {
        return vector(
                alu,
                cycle,
                to -> new VectorInstruction.Convert(
                        Element.INT32, Element.FP32, new Operand.OfStream(new Flow(sumStream(gate), label)), to));
    }

    private int tanh(int alu, int cycle, Operand x) {
        return vector(alu, cycle, to -> new VectorInstruction.Unary(UnaryOperation.TANH, Element.FP32, x, to));
    }

    private int binary(int alu, int cycle, BinaryOperation operation, Operand x, Operand y) {
        return vector(alu, cycle, to -> new VectorInstruction.Binary(operation, Element.FP32, x, y, to));
    }

    private int vector(int alu, int cycle, java.util.function.Function<Result, VectorInstruction> instruction) {
        int label = draft.labels(batch);
        draft.add(0, Queue.alu(alu), cycle, instruction.apply(Result.kept(label)), rows(0));
        return label;
    }

    private Repeat rows(int words) {
        return Draft.times(batch, ROW_INTERVAL, words, 1);
    }

    private static Operand alu(int alu, int label) {
        return new Operand.OfAlu(alu, label, false);
    }

    private static Operand number(float value) {
        return Operand.Constant.of(value);
    }

    /** Reads c, in FP32, from west slices 0 to 3 so that it meets its gate. */
    private int state(int output, int cycle) {
        Hemisphere west = Hemisphere.WEST;
        int label = draft.labels(batch);
        for (int plane = 0; plane < 4; plane++) {
            draft.add(
                    0,
                    Queue.memory(west, plane),
                    cycle
                            - read()
                            - Direction.EASTWARD.hops(
                                    floorplan.memory(west, plane), floorplan.vectorInput(Direction.EASTWARD)),
                    new MemoryInstruction.Read(
                            Address.of(STATE_WORD + output * batch),
                            new Flow(new Stream(Direction.EASTWARD, 8), label).plane(plane)),
                    rows(1));
        }
        return label;
    }

    /** Halves what becomes c, and writes it back where c was. */
    private int newState(int output, int cycle, Operand x) {
        Hemisphere west = Hemisphere.WEST;
        int label = draft.labels(batch);
        Flow to = new Flow(new Stream(Direction.WESTWARD, 0), label);
        draft.add(
                0,
                Queue.alu(6),
                cycle,
                new VectorInstruction.Binary(BinaryOperation.MUL, Element.FP32, x, number(0.5f), Result.onto(to)),
                rows(0));
        for (int plane = 0; plane < 4; plane++) {
            draft.add(
                    0,
                    Queue.memory(west, plane),
                    cycle
                            + machine.whole(Quantity.ALU_CYCLES)
                            + Direction.WESTWARD.hops(
                                    floorplan.vectorOutput(Direction.WESTWARD), floorplan.memory(west, plane)),
                    new MemoryInstruction.Write(to.plane(plane), Address.of(STATE_WORD + output * batch)),
                    rows(1));
        }
        return label;
    }

    /** Rounds h to INT8, and writes it to an east slice. */
    private void output(int output, int cycle, Operand x) {
        Hemisphere east = Hemisphere.EAST;
        Flow to = new Flow(new Stream(Direction.EASTWARD, 0), draft.labels(batch));
        draft.add(
                0,
                Queue.alu(13),
                cycle,
                new VectorInstruction.Convert(Element.FP32, Element.INT8, x, Result.onto(to)),
                rows(0));
        draft.add(
                0,
                Queue.memory(east, OUTPUT_SLICE),
                cycle
                        + machine.whole(Quantity.ALU_CYCLES)
                        + Direction.EASTWARD.hops(
                                floorplan.vectorOutput(Direction.EASTWARD), floorplan.memory(east, OUTPUT_SLICE)),
                new MemoryInstruction.Write(to, Address.of(STATE_WORD + output * batch)),
                rows(1));
    }

    private int read() {
        return machine.whole(Quantity.READ_CYCLES);
    }
}
