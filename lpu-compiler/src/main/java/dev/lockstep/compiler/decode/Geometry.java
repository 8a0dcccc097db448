package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Places and latencies of a chip, the same for both hemispheres: y grows outward from the vector unit. */
final class Geometry {
    /** Slices that users of real chips saw reserved for the text of programs, in both hemispheres and in the west alone. */
    private static final Set<Integer> RESERVED = Set.of(16, 20, 24, 28);

    private static final int RESERVED_WEST = 38;

    private final Machine machine;
    private final Floorplan plan;
    final int vectorInput;
    final int vectorOutput;
    final int switches;
    final int matrix;
    final int alu;
    final int read;
    final int multiply;
    final int accumulate;
    final int installed;
    final int link;
    final int vectorCycles;

    Geometry(Machine machine) {
        this.machine = machine;
        plan = new Floorplan(machine);
        vectorInput = plan.vectorInput(Direction.WESTWARD);
        vectorOutput = plan.vectorOutput(Direction.EASTWARD);
        switches = plan.switches(Hemisphere.EAST);
        matrix = plan.matrix(Hemisphere.EAST);
        alu = machine.whole(Quantity.ALU_CYCLES);
        read = machine.whole(Quantity.READ_CYCLES);
        multiply = machine.whole(Quantity.MULTIPLY_CYCLES);
        accumulate = machine.whole(Quantity.ACCUMULATE_CYCLES);
        installed = machine.whole(Quantity.INSTALL_VISIBLE);
        link = machine.linkCycles();
        vectorCycles = machine.whole(Quantity.VECTOR_CYCLES);
    }

    Machine machine() {
        return machine;
    }

    int memory(int slice) {
        return plan.memory(Hemisphere.EAST, slice);
    }

    static Stream out(Hemisphere hemisphere, int number) {
        return new Stream(hemisphere == Hemisphere.EAST ? Direction.EASTWARD : Direction.WESTWARD, number);
    }

    static Stream in(Hemisphere hemisphere, int number) {
        return new Stream(hemisphere == Hemisphere.EAST ? Direction.WESTWARD : Direction.EASTWARD, number);
    }

    /** Slices that feed the outward streams, one each. The outermost are taken, so that the inner ones can be written across them. */
    List<Integer> streaming(Hemisphere hemisphere) {
        List<Integer> slices = new ArrayList<>();
        for (int slice = machine.slices() - 1; slice >= 0 && slices.size() < machine.streams(); slice--) {
            if (!reserved(hemisphere, slice)) {
                slices.addFirst(slice);
            }
        }
        return slices;
    }

    private static boolean reserved(Hemisphere hemisphere, int slice) {
        return RESERVED.contains(slice) || (hemisphere == Hemisphere.WEST && slice == RESERVED_WEST);
    }

    /** Cycle in which the vector unit takes what flows inward with a key. */
    long taken(long w) {
        return w - vectorInput;
    }

    /** Key inward of what the vector unit takes in a cycle. */
    long inwardAt(long cycle) {
        return cycle + vectorInput;
    }

    /** Key outward of what the vector unit completes in a cycle. */
    long outwardAt(long cycle) {
        return cycle - vectorOutput;
    }

    /** Cycle in which an operation must complete to flow outward with a key. */
    long completedFor(long u) {
        return u + vectorOutput;
    }

    /** Key of the sums of a row that flows outward to an array. */
    long throughArray(long u) {
        return u + 2L * matrix + multiply + accumulate;
    }

    /** Key outward of a row whose sums the vector unit takes in a cycle. */
    long rowFor(long cycle) {
        return inwardAt(cycle) - throughArray(0);
    }

    /** Key inward, at the other end of a link, of what is sent with a key outward, if it is received at once. */
    long overLink(long u) {
        return received(u + switches + link);
    }

    /** Key inward of what is received in a cycle. */
    long received(long cycle) {
        return cycle + 1 + switches;
    }

    /** Key outward, in the other hemisphere, of what flows inward and is not taken. */
    long crossing(long w) {
        return w - vectorOutput;
    }
}
