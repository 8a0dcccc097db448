package dev.lockstep.compiler.partition;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * The part of a weight matrix that one chip holds. An array takes {@link Quantity#PLANE_ROWS} inputs, full or not, and outputs in the
 * groups that a cycle of loading brings, so both are rounded up to that.
 *
 * @param inputs along which sums run
 * @param outputs one sum each
 */
public record Matrix(int inputs, int outputs) {
    public Matrix {
        if (inputs < 0 || outputs < 0) {
            throw new IllegalArgumentException("a matrix of " + inputs + " by " + outputs);
        }
    }

    /** Parts of the inputs, each of which fills an array. */
    public int inputBlocks(Machine machine) {
        return Math.ceilDiv(inputs, machine.whole(Quantity.PLANE_ROWS));
    }

    /** Groups of outputs, each of which an array's streams bring in one cycle. */
    public int outputGroups(Machine machine, WeightPrecision precision) {
        return Math.ceilDiv(outputs * precision.bytes(), machine.whole(Quantity.INSTALL_STREAMS));
    }

    /** Bytes that lie in memory and pass through streams, with what rounding adds. */
    public long paddedBytes(Machine machine, WeightPrecision precision) {
        return (long) inputBlocks(machine)
                * outputGroups(machine, precision)
                * machine.whole(Quantity.INSTALL_STREAMS)
                * machine.lanes();
    }

    /** Cycles for which the streams of the whole chip are busy with it. */
    public long streamCycles(Machine machine, WeightPrecision precision) {
        return Math.ceilDiv(paddedBytes(machine, precision), (long) machine.streamBytesPerCycle());
    }
}
