package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LaneMap;
import java.util.List;

/** The switch of a hemisphere: what moves bytes between lanes. */
final class SwitchUnit {
    private final Fabric fabric;
    private final Effects effects;
    private final int position;
    private final int lanes;
    private final int tileLanes;

    SwitchUnit(Machine machine, Fabric fabric, Hemisphere hemisphere) {
        this.fabric = fabric;
        effects = new Effects(machine);
        position = new Floorplan(machine).switches(hemisphere);
        lanes = machine.lanes();
        tileLanes = lanes / machine.whole(Quantity.SUPERLANES);
    }

    void issue(SwitchInstruction instruction, List<int[]> maps, int labels) {
        switch (instruction) {
            case SwitchInstruction.Distribute distribute -> {
                int[] map = map(maps, distribute.map(), tileLanes);
                byte[] from = take(distribute.from(), 0, labels);
                byte[] to = fabric.vector();
                for (int lane = 0; lane < lanes; lane++) {
                    int source = map[lane % tileLanes];
                    to[lane] = source == LaneMap.ZERO ? 0 : from[lane - lane % tileLanes + source];
                }
                drive(instruction, 0, labels, to);
            }
            case SwitchInstruction.Permute permute -> {
                int[] map = map(maps, permute.map(), lanes);
                requireGroups(instruction, permute.planes());
                for (int plane = 0; plane < permute.planes(); plane++) {
                    byte[] from = take(permute.from(), plane, labels);
                    byte[] to = fabric.vector();
                    for (int lane = 0; lane < lanes; lane++) {
                        to[lane] = map[lane] == LaneMap.ZERO ? 0 : from[map[lane]];
                    }
                    drive(instruction, plane, labels, to);
                }
            }
            case SwitchInstruction.Shift shift -> {
                requireGroups(instruction, shift.planes());
                for (int plane = 0; plane < shift.planes(); plane++) {
                    drive(instruction, plane, labels, shifted(take(shift.from(), plane, labels), shift.lanes()));
                }
            }
            case SwitchInstruction.Transpose _ -> {
                int size = SwitchInstruction.Transpose.SIZE;
                requireGroups(instruction, size);
                byte[][] from = new byte[size][];
                byte[][] to = new byte[size][];
                for (int stream = 0; stream < size; stream++) {
                    from[stream] = takeBeside(instruction.from(), stream, labels);
                    to[stream] = fabric.vector();
                }
                for (int stream = 0; stream < size; stream++) {
                    for (int lane = 0; lane < lanes; lane++) {
                        to[stream][lane] = from[lane % tileLanes][lane - lane % tileLanes + stream];
                    }
                }
                for (int stream = 0; stream < size; stream++) {
                    driveBeside(instruction, stream, labels, to[stream]);
                }
            }
            case SwitchInstruction.Rotate rotate -> {
                for (int stream = 0; stream < rotate.size(); stream++) {
                    byte[] from = takeBeside(rotate.from(), stream, labels);
                    for (int by = 0; by < rotate.size(); by++) {
                        driveBeside(instruction, stream * rotate.size() + by, labels, shifted(from, by));
                    }
                }
            }
        }
    }

    private byte[] shifted(byte[] from, int by) {
        byte[] to = fabric.vector();
        for (int lane = 0; lane < lanes; lane++) {
            int source = lane + by;
            to[lane] = source < 0 || source >= lanes ? 0 : from[source];
        }
        return to;
    }

    private int[] map(List<int[]> maps, int index, int size) {
        if (index < 0 || index >= maps.size() || maps.get(index).length != size) {
            throw fabric.refuse("lane map " + index, "the program has no map of " + size + " lanes there");
        }
        return maps.get(index);
    }

    private void requireGroups(SwitchInstruction instruction, int planes) {
        fabric.requireGroup(instruction.from().stream(), planes);
        fabric.requireGroup(instruction.to().stream(), planes);
    }

    private byte[] take(Flow from, int plane, int labels) {
        int label = from.label() == 0 ? 0 : from.label() + labels + plane * Flow.PLANE;
        return fabric.take(position, from.stream().direction(), from.stream().number() + plane, label);
    }

    private void drive(SwitchInstruction instruction, int plane, int labels, byte[] vector) {
        Flow to = instruction.to();
        int label = to.label() == 0 ? 0 : to.label() + labels + plane * Flow.PLANE;
        fabric.drive(
                effects.switches(instruction),
                position,
                to.stream().direction(),
                to.stream().number() + plane,
                label,
                vector);
    }

    /** Streams beside each other that hold vectors of their own, labelled one after the other. */
    private byte[] takeBeside(Flow from, int stream, int labels) {
        int label = from.label() == 0 ? 0 : from.label() + labels + stream;
        return fabric.take(position, from.stream().direction(), from.stream().number() + stream, label);
    }

    private void driveBeside(SwitchInstruction instruction, int stream, int labels, byte[] vector) {
        Flow to = instruction.to();
        int label = to.label() == 0 ? 0 : to.label() + labels + stream;
        fabric.drive(
                effects.switches(instruction),
                position,
                to.stream().direction(),
                to.stream().number() + stream,
                label,
                vector);
    }
}
