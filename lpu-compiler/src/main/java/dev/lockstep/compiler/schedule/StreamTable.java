package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Machine;
import java.util.Arrays;

/**
 * Which sections of the way are taken on which wavefront of which stream. The wavefront, cycle minus position (plus, for westward streams), is the same during
 * the whole flight of a vector, so that a flight is one entry.
 */
final class StreamTable {
    private final Stops stops;
    private final int streams;
    private final int origin;
    private final long[][] taken;

    StreamTable(Machine machine) {
        stops = new Stops(machine);
        streams = machine.streams();
        origin = Math.max(Math.abs(stops.first()), Math.abs(stops.last()));
        taken = new long[2 * streams][0];
    }

    boolean isFree(Flight flight) {
        long[] row = taken[row(flight.stream())];
        long sections = stops.sections(flight.from(), flight.to());
        int wavefront = wavefront(flight);
        for (int i = 0; i < flight.count(); i++) {
            if (wavefront >= row.length) {
                return true;
            }
            if ((row[wavefront] & sections) != 0) {
                return false;
            }
            wavefront += flight.interval();
        }
        return true;
    }

    void take(Flight flight) {
        int index = row(flight.stream());
        int wavefront = wavefront(flight);
        int last = wavefront + (flight.count() - 1) * flight.interval();
        if (last >= taken[index].length) {
            taken[index] = Arrays.copyOf(taken[index], Math.max(last + 1, 2 * taken[index].length));
        }
        long sections = stops.sections(flight.from(), flight.to());
        for (int i = 0; i < flight.count(); i++) {
            taken[index][wavefront] |= sections;
            wavefront += flight.interval();
        }
    }

    private int row(Stream stream) {
        if (stream.number() >= streams) {
            throw new IllegalArgumentException("there is no stream " + stream);
        }
        return stream.direction().ordinal() * streams + stream.number();
    }

    private int wavefront(Flight flight) {
        Direction direction = flight.stream().direction();
        return origin + Math.toIntExact(direction.wavefront(flight.cycle(), flight.from()));
    }
}
