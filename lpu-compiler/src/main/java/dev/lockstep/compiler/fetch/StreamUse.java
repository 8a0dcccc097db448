package dev.lockstep.compiler.fetch;

import dev.lockstep.compiler.schedule.Stops;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Entry;
import java.util.Arrays;

/**
 * Which parts of the way are needed on which wavefront of which stream of a chip: those between whoever puts a vector onto it and the last who
 * takes it. Of a vector that nobody takes only the first part counts.
 */
final class StreamUse {
    private final Stops stops;
    private final int streams;
    private final long origin;
    private final long[][] driven;
    private final long[][] taken;
    private final Traffic traffic;
    private long cycle;

    /** @param first no dispatch is earlier */
    StreamUse(Machine machine, long first) {
        stops = new Stops(machine);
        streams = machine.streams();
        origin = first - Math.max(Math.abs(stops.first()), Math.abs(stops.last()));
        driven = new long[2 * streams][0];
        taken = new long[2 * streams][0];
        traffic = new Traffic(machine, new Traffic.Visitor() {
            @Override
            public void take(Stream stream, int position, int after) {
                mark(taken, stream, position, cycle + after);
            }

            @Override
            public void drive(Stream stream, int position, int after) {
                mark(driven, stream, position, cycle + after);
            }
        });
    }

    /** Adds all dispatches of an instruction, the first of which comes in a cycle. */
    void add(Queue queue, Entry entry, long first) {
        for (int outer = 0; outer < entry.outer().count(); outer++) {
            for (int inner = 0; inner < entry.inner().count(); inner++) {
                cycle = first
                        + (long) outer * entry.outer().interval()
                        + (long) inner * entry.inner().interval();
                traffic.visit(queue, entry.instruction());
            }
        }
    }

    int position(Queue queue) {
        return traffic.position(queue);
    }

    /** Works out what is needed; nothing can be added afterwards. */
    void finish() {
        for (int row = 0; row < driven.length; row++) {
            boolean eastward = row < streams;
            driven[row] = Arrays.copyOf(driven[row], Math.max(driven[row].length, taken[row].length));
            for (int wavefront = 0; wavefront < driven[row].length; wavefront++) {
                long drives = driven[row][wavefront];
                if (drives != 0) {
                    long takes = wavefront < taken[row].length ? taken[row][wavefront] : 0;
                    driven[row][wavefront] = eastward ? eastward(drives, takes) : westward(drives, takes);
                }
            }
            taken[row] = new long[0];
        }
    }

    /** Whether a vector that is driven at a position in a cycle gets to another position on a stream, and does no harm to others. */
    boolean isFree(Stream stream, long driven, int from, int to) {
        long[] row = this.driven[row(stream)];
        int wavefront = wavefront(stream, from, driven);
        return wavefront >= row.length || (row[wavefront] & stops.sections(from, to)) == 0;
    }

    void use(Stream stream, long driven, int from, int to) {
        set(this.driven, row(stream), wavefront(stream, from, driven), stops.sections(from, to));
    }

    /** Section i lies between stops i and i + 1. */
    private long eastward(long drives, long takes) {
        long sections = drives;
        boolean needed = false;
        for (int stop = stops.count() - 1; stop >= 0; stop--) {
            if (needed) {
                sections |= 1L << stop;
            }
            needed = (needed && (drives >> stop & 1) == 0) || (takes >> stop & 1) == 1;
        }
        return sections;
    }

    private long westward(long drives, long takes) {
        long sections = drives >>> 1;
        boolean needed = false;
        for (int stop = 0; stop < stops.count(); stop++) {
            if (needed && stop > 0) {
                sections |= 1L << stop - 1;
            }
            needed = (needed && (drives >> stop & 1) == 0) || (takes >> stop & 1) == 1;
        }
        return sections;
    }

    private void mark(long[][] table, Stream stream, int position, long when) {
        set(table, row(stream), wavefront(stream, position, when), 1L << stops.index(position));
    }

    private static void set(long[][] table, int row, int wavefront, long bits) {
        if (wavefront >= table[row].length) {
            table[row] = Arrays.copyOf(table[row], Math.max(wavefront + 1, 2 * table[row].length));
        }
        table[row][wavefront] |= bits;
    }

    private int row(Stream stream) {
        return stream.direction().ordinal() * streams + stream.number();
    }

    private int wavefront(Stream stream, int position, long when) {
        Direction direction = stream.direction();
        return Math.toIntExact(direction.wavefront(when, position) - origin);
    }
}
