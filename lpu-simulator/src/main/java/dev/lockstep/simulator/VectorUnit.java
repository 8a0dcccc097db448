package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.numerics.LaneArithmetic;
import java.util.Arrays;

/** The ALUs of a chip. Each remembers its last results with the cycles in which they were complete. */
final class VectorUnit {
    private final Fabric fabric;
    private final Effects effects;
    private final int lanes;
    private final int[] inputs = new int[2];
    private final int[] outputs = new int[2];
    private final int[][][] results;
    private final long[][] completed;
    private final int[][] labels;
    private final int[] last;
    private final int[] first;
    private final int[] second;

    VectorUnit(Machine machine, Fabric fabric) {
        this.fabric = fabric;
        effects = new Effects(machine);
        lanes = machine.lanes();
        Floorplan floorplan = new Floorplan(machine);
        for (Direction direction : Direction.values()) {
            inputs[direction.ordinal()] = floorplan.vectorInput(direction);
            outputs[direction.ordinal()] = floorplan.vectorOutput(direction);
        }
        int alus = machine.whole(Quantity.VECTOR_ALUS);
        int kept = Math.max(machine.whole(Quantity.ALU_CYCLES), machine.whole(Quantity.SPECIAL_CYCLES)) + 2;
        results = new int[alus][kept][lanes];
        completed = new long[alus][kept];
        for (long[] cycles : completed) {
            Arrays.fill(cycles, Long.MIN_VALUE);
        }
        labels = new int[alus][kept];
        last = new int[alus];
        first = new int[lanes];
        second = new int[lanes];
    }

    void issue(VectorInstruction instruction, Queue queue, int labelStep) {
        int alu = queue.index();
        if (alu >= results.length) {
            throw fabric.refuse("ALU " + alu, "the machine has " + results.length);
        }
        if (instruction.needsLargeAlu() && !queue.largeAlu()) {
            throw fabric.refuse("ALU " + alu, "only a large ALU can do this");
        }
        // The result that is overwritten is older than any that can still be read.
        int kept = completed[alu].length;
        int at = (last[alu] + 1) % kept;
        int[] result = results[alu][at];
        switch (instruction) {
            case VectorInstruction.Unary unary -> {
                int[] x = operand(unary.x(), unary.type(), labelStep, first);
                for (int lane = 0; lane < lanes; lane++) {
                    result[lane] = LaneArithmetic.unary(unary.operation(), unary.type(), x[lane]);
                }
            }
            case VectorInstruction.Binary binary -> {
                int[] x = operand(binary.x(), binary.type(), labelStep, first);
                int[] y = operand(binary.y(), binary.type(), labelStep, second);
                for (int lane = 0; lane < lanes; lane++) {
                    result[lane] = LaneArithmetic.binary(binary.operation(), binary.type(), x[lane], y[lane]);
                }
            }
            case VectorInstruction.Convert convert -> {
                int[] x = operand(convert.x(), convert.from(), labelStep, first);
                for (int lane = 0; lane < lanes; lane++) {
                    result[lane] = LaneArithmetic.convert(convert.from(), convert.type(), x[lane]);
                }
            }
        }
        int latency = effects.alu(instruction);
        long complete = fabric.cycle() + latency;
        if (complete <= completed[alu][last[alu]]) {
            throw fabric.refuse("ALU " + alu, "the result before it is not complete earlier");
        }
        Result to = instruction.to();
        int label = to.label() == 0 ? 0 : to.label() + labelStep;
        completed[alu][at] = complete;
        labels[alu][at] = label;
        last[alu] = at;
        if (to.stream().isPresent()) {
            Element type = Effects.resultType(instruction);
            fabric.drive(
                    latency,
                    outputs[to.stream().get().direction().ordinal()],
                    to.stream().get(),
                    label,
                    type,
                    result);
        }
    }

    private int[] operand(Operand operand, Element type, int labelStep, int[] into) {
        return switch (operand) {
            case Operand.Constant constant -> {
                Arrays.fill(into, constant.bits());
                yield into;
            }
            case Operand.OfStream(var from) -> {
                fabric.take(
                        inputs[from.stream().direction().ordinal()],
                        from,
                        from.label() == 0 ? 0 : from.label() + labelStep,
                        type,
                        into);
                yield into;
            }
            case Operand.OfAlu(int alu, int label, boolean held) ->
                latest(alu, label == 0 || held ? label : label + labelStep);
        };
    }

    private int[] latest(int alu, int label) {
        if (alu < 0 || alu >= results.length) {
            throw fabric.refuse("ALU " + alu, "the machine has " + results.length);
        }
        int kept = completed[alu].length;
        for (int back = 0; back < kept; back++) {
            int at = (last[alu] - back + kept) % kept;
            if (completed[alu][at] <= fabric.cycle()) {
                if (completed[alu][at] == Long.MIN_VALUE) {
                    break;
                }
                if (label != 0 && labels[alu][at] != 0 && labels[alu][at] != label) {
                    throw fabric.refuse(
                            "ALU " + alu,
                            "it holds result " + Labels.text(labels[alu][at]) + " instead of " + Labels.text(label));
                }
                return results[alu][at];
            }
        }
        throw fabric.refuse("ALU " + alu, "it holds no result yet");
    }
}
