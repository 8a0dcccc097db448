package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.numerics.LaneArithmetic;
import java.util.Arrays;

/** The matrix planes of a hemisphere. */
final class MatrixUnit {
    private final Fabric fabric;
    private final Hemisphere hemisphere;
    private final int position;
    private final int lanes;
    private final int visible;
    private final int multiply;
    private final int accumulate;
    private final int byteRow;
    private final int halfRow;
    private final MatrixPlane[] planes;
    private final ExactDot dot;
    private final int[] bits;
    private final byte[] bytes;

    MatrixUnit(Machine machine, Fabric fabric, Hemisphere hemisphere) {
        this.fabric = fabric;
        this.hemisphere = hemisphere;
        position = new Floorplan(machine).matrix(hemisphere);
        lanes = machine.lanes();
        visible = machine.whole(Quantity.INSTALL_VISIBLE);
        multiply = machine.whole(Quantity.MULTIPLY_CYCLES);
        accumulate = machine.whole(Quantity.ACCUMULATE_CYCLES);
        byteRow = machine.whole(Quantity.INT8_ROW_CYCLES);
        halfRow = machine.whole(Quantity.FP16_ROW_CYCLES);
        planes = new MatrixPlane[machine.planesPerHemisphere()];
        Arrays.setAll(planes, unused -> new MatrixPlane(machine));
        dot = new ExactDot(lanes);
        bits = new int[lanes];
        bytes = new byte[lanes];
    }

    /** The type of the weights that multiply now. */
    Element weights(int plane, long cycle, Element activation) {
        planes[plane].promote(cycle);
        Element type = planes[plane].activeType;
        return type == null ? activation : type;
    }

    void issue(MatrixInstruction instruction, int plane, int words, int labels) {
        switch (instruction) {
            case MatrixInstruction.LoadWeights load -> load(load, plane, load.group() + words, labels);
            case MatrixInstruction.InstallWeights install -> install(install, plane);
            case MatrixInstruction.Activate activate -> activate(activate, plane, labels);
            case MatrixInstruction.Accumulate sum -> accumulate(sum, plane, labels);
        }
    }

    /** When the oldest product arrived that nobody has accumulated; -1 if there is none. */
    long leftProduct(int plane) {
        return planes[plane].hasProduct() ? planes[plane].arrival() : -1;
    }

    private void load(MatrixInstruction.LoadWeights load, int plane, int group, int labels) {
        int bytesPerWeight = load.weights().planes();
        int rows = MatrixInstruction.ROWS_PER_GROUP;
        requireGang(load.weights(), plane);
        if (load.first() % bytesPerWeight != 0) {
            throw fabric.refuse("stream " + load.first(), "FP16 rows are loaded from pairs of streams");
        }
        for (int part = 0; part < bytesPerWeight; part++) {
            MatrixPlane target = planes[plane + part];
            if (group < 0 || group >= target.loaded.length) {
                throw fabric.refuse(name(plane + part) + " weight buffer", "it has no row group " + group);
            }
            if (target.loaded[group]) {
                throw fabric.refuse(
                        name(plane + part) + " weight buffer",
                        "row group " + group + " has already been loaded since the last install");
            }
            if (target.loadedType != null && target.loadedType != load.weights()) {
                throw fabric.refuse(
                        name(plane + part) + " weight buffer",
                        load.weights() + " is loaded beside " + target.loadedType);
            }
            target.loaded[group] = true;
            target.loadedType = load.weights();
        }
        for (int row = 0; row < rows; row++) {
            for (int part = 0; part < bytesPerWeight; part++) {
                int label = load.label() == 0 ? 0 : load.label() + labels + row + part * Flow.PLANE;
                byte[] vector =
                        fabric.take(position, hemisphere.outward(), load.first() + row * bytesPerWeight + part, label);
                int at = group * rows + row;
                if (at < planes[plane].rows) {
                    System.arraycopy(vector, 0, planes[plane + part].buffer, at * lanes, lanes);
                    if (part == 1) {
                        planes[plane].bufferFinite &= finite(vector);
                    }
                }
            }
        }
    }

    private void install(MatrixInstruction.InstallWeights install, int plane) {
        requireGang(install.weights(), plane);
        for (int part = 0; part < install.weights().planes(); part++) {
            MatrixPlane target = planes[plane + part];
            for (int group = 0; group < target.loaded.length; group++) {
                if (target.loaded[group] != group < install.groups()) {
                    throw fabric.refuse(
                            name(plane + part) + " weight buffer",
                            "row group " + group + (target.loaded[group] ? " was loaded too" : " was not loaded"));
                }
            }
            if (install.groups() > target.loaded.length) {
                throw fabric.refuse(
                        name(plane + part) + " weight buffer", "it has no " + install.groups() + " row groups");
            }
            if (install.groups() > 0 && target.loadedType != install.weights()) {
                throw fabric.refuse(name(plane + part) + " weight buffer", "it holds " + target.loadedType);
            }
            target.install(install.weights(), install.groups(), fabric.cycle());
        }
    }

    private void activate(MatrixInstruction.Activate activate, int plane, int labels) {
        long cycle = fabric.cycle();
        MatrixPlane target = planes[plane];
        Element weights = ready(plane, cycle);
        if (weights == Element.FP16) {
            requireGang(weights, plane);
            ready(plane + 1, cycle);
            if (activate.type() != Element.FP16) {
                throw fabric.refuse(name(plane), "FP16 weights cannot multiply " + activate.type());
            }
        }
        int ganged = weights.planes();
        int occupied = activate.type() == Element.FP16 ? halfRow : byteRow;
        for (int part = 0; part < ganged; part++) {
            if (cycle < planes[plane + part].busyUntil) {
                throw fabric.refuse(
                        name(plane + part),
                        "it is busy with another vector until cycle " + planes[plane + part].busyUntil);
            }
            planes[plane + part].busyUntil = cycle + occupied;
        }
        int label = activate.from().label() == 0 ? 0 : activate.from().label() + labels;
        fabric.take(position, activate.from(), label, activate.type(), bits);
        boolean integers = activate.type() == Element.INT8;
        int[] sums = target.nextProduct(cycle + multiply, label, integers ? Element.INT32 : Element.FP32);
        if (sums == null) {
            throw fabric.refuse(
                    name(plane) + " accumulators",
                    "the product that arrived in cycle " + target.arrival() + " was never accumulated");
        }
        if (integers) {
            for (int lane = 0; lane < lanes; lane++) {
                bytes[lane] = (byte) bits[lane];
            }
            ExactDot.integers(target.active, bytes, target.rows, sums);
        } else {
            dot.activate(bits);
            if (weights == Element.FP16) {
                dot.halves(target.active, planes[plane + 1].active, target.activeRows, target.activeFinite, sums);
            } else {
                dot.bytes(target.active, target.activeRows, sums);
            }
        }
    }

    /** Whether no FP16 number with these high bytes is infinite or NaN. */
    private boolean finite(byte[] high) {
        int special = 0;
        for (int lane = 0; lane < lanes; lane++) {
            // Bit 7 is set where the exponent's five bits are, and only there.
            special |= (high[lane] & 0x7c) + 4;
        }
        return (special & 0x80) == 0;
    }

    /** The type of the active weights; refuses where there are none, or where they are just changing. */
    private Element ready(int plane, long cycle) {
        MatrixPlane target = planes[plane];
        if (target.settling(cycle, visible)) {
            throw fabric.refuse(name(plane) + " weights", "the weights installed last are not visible yet");
        }
        target.promote(cycle);
        Element weights = target.activeType;
        if (weights == null) {
            throw fabric.refuse(name(plane) + " weights", "none are installed");
        }
        return weights;
    }

    private void accumulate(MatrixInstruction.Accumulate sum, int plane, int labels) {
        long cycle = fabric.cycle();
        MatrixPlane target = planes[plane];
        String resource = name(plane) + " accumulators";
        if (!target.hasProduct() || target.arrival() > cycle) {
            throw fabric.refuse(resource, "no product arrives");
        }
        if (target.arrival() < cycle) {
            throw fabric.refuse(
                    resource, "the product that arrived in cycle " + target.arrival() + " was never accumulated");
        }
        int expected = sum.product() == 0 ? 0 : sum.product() + labels;
        if (expected != 0 && target.productLabel() != 0 && expected != target.productLabel()) {
            throw fabric.refuse(
                    resource,
                    "the product of vector " + Labels.text(target.productLabel())
                            + " arrives instead of that of vector " + Labels.text(expected));
        }
        if (target.productType() != sum.type()) {
            throw fabric.refuse(resource, "the product is " + target.productType());
        }
        if (sum.slot() < 0 || sum.slot() >= target.accumulators.length) {
            throw fabric.refuse(resource, "there is no accumulator " + sum.slot());
        }
        int[] product = target.takeProduct();
        int[] accumulator = target.accumulators[sum.slot()];
        if (sum.add()) {
            if (!target.accumulated[sum.slot()]) {
                throw fabric.refuse(resource, "accumulator " + sum.slot() + " holds nothing to add to");
            }
            for (int row = 0; row < target.rows; row++) {
                accumulator[row] =
                        LaneArithmetic.binary(BinaryOperation.ADD, sum.type(), accumulator[row], product[row]);
            }
        } else {
            System.arraycopy(product, 0, accumulator, 0, target.rows);
        }
        target.accumulated[sum.slot()] = true;
        if (sum.to().isPresent()) {
            Flow to = sum.to().get();
            if (to.stream().direction() != hemisphere.inward()) {
                throw fabric.refuse("stream " + to.stream(), "it does not lead away from the matrix unit");
            }
            fabric.drive(
                    accumulate,
                    position,
                    to.stream(),
                    to.label() == 0 ? 0 : to.label() + labels,
                    sum.type(),
                    accumulator);
        }
    }

    private void requireGang(Element weights, int plane) {
        if (plane % weights.planes() != 0 || plane + weights.planes() > planes.length) {
            throw fabric.refuse(name(plane), "FP16 weights stand in the queues of the first plane of a pair");
        }
    }

    private String name(int plane) {
        return "matrix plane " + plane + " in the " + hemisphere;
    }
}
