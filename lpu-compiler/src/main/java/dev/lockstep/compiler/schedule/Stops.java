package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The positions at which anything can be put onto a stream or taken off it. A flight then is a set of sections between neighbouring
 * stops, and two flights on one wavefront get along if they have no section in common.
 */
public final class Stops {
    private final int[] positions;

    public Stops(Machine machine) {
        Floorplan floorplan = new Floorplan(machine);
        IntStream.Builder all = IntStream.builder();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            all.add(floorplan.matrix(hemisphere)).add(floorplan.switches(hemisphere));
            IntStream.range(0, machine.slices()).forEach(slice -> all.add(floorplan.memory(hemisphere, slice)));
        }
        for (Direction direction : Direction.values()) {
            all.add(floorplan.vectorInput(direction)).add(floorplan.vectorOutput(direction));
        }
        positions = all.build().sorted().distinct().toArray();
        if (positions.length > Long.SIZE) {
            throw new IllegalArgumentException("more than " + Long.SIZE + " stops along the streams");
        }
    }

    public int count() {
        return positions.length;
    }

    public int first() {
        return positions[0];
    }

    public int last() {
        return positions[positions.length - 1];
    }

    /** The sections between two positions, as a set of bits. */
    public long sections(int from, int to) {
        int low = index(Math.min(from, to));
        int high = index(Math.max(from, to));
        return (1L << high) - (1L << low);
    }

    /** The number of a stop, counted from the west. */
    public int index(int position) {
        int index = Arrays.binarySearch(positions, position);
        if (index < 0) {
            throw new IllegalArgumentException("nothing stands at position " + position);
        }
        return index;
    }
}
