package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Read;
import dev.lockstep.lpu.isa.MemoryInstruction.Write;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;

/** Reads and writes of whole groups of byte planes. */
final class Memory {
    private Memory() {}

    /** Reads a vector so that it passes {@code position} in cycle {@code arrival}. */
    static void read(Chip chip, Fragment fragment, Vectors source, int index, Flow flow, int arrival, int position) {
        for (int plane = 0; plane < source.type().planes(); plane++) {
            read(
                    chip,
                    fragment,
                    source.hemisphere(),
                    source.slice() + plane,
                    source.at(index),
                    flow.plane(plane),
                    arrival,
                    position);
        }
    }

    /** Reads one byte plane so that it passes {@code position} in cycle {@code arrival}. */
    static void read(
            Chip chip,
            Fragment fragment,
            Hemisphere hemisphere,
            int slice,
            Address address,
            Flow flow,
            int arrival,
            int position) {
        Direction direction = flow.stream().direction();
        int from = chip.memory(hemisphere, slice);
        int driven = arrival - direction.hops(from, position);
        fragment.issue(Queue.memory(hemisphere, slice), driven - chip.read(), new Read(address, flow));
        fragment.fly(new Flight(flow.stream(), driven, from, position, 1, 1));
        fragment.reads(hemisphere, slice, address, driven - chip.read());
    }

    /** Declares that a fragment reads what was stored at and after an address in all pairs of slices. */
    static void reads(Fragment fragment, Hemisphere hemisphere, Address cache) {
        int first = fragment.firstCycle();
        for (int slice = Slices.ARRAY; slice < Slices.ARRAY + 2 * Slices.PAIRS; slice++) {
            fragment.reads(hemisphere, slice, cache, first);
        }
    }

    /** Writes a vector that was driven at {@code position}; the flight is the caller's. */
    static void write(Chip chip, Fragment fragment, Flow flow, int driven, int position, Vectors target, int index) {
        Direction direction = flow.stream().direction();
        for (int plane = 0; plane < target.type().planes(); plane++) {
            int slice = target.slice() + plane;
            int cycle = driven + direction.hops(position, chip.memory(target.hemisphere(), slice));
            fragment.issue(
                    Queue.memory(target.hemisphere(), slice), cycle, new Write(flow.plane(plane), target.at(index)));
            fragment.writes(target.hemisphere(), slice, target.at(index), cycle + chip.write());
        }
    }
}
