package dev.lockstep.checker;

import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Entry;
import java.util.HashMap;
import java.util.Map;

/**
 * The rule of streams. All that happens to one flight (a direction, a stream, a wavefront) is sorted along its way; at one position takes come before
 * drives. Each take must then follow a drive, with the vector that it expects; no two drives may stand at one position.
 *
 * <p>Flights are looked at in windows of wavefronts, so that programs of any length need little memory.
 */
final class StreamRule {
    private static final int WAVEFRONT_BITS = 16;
    private static final int POSITION_BITS = 12;
    private static final long WINDOW = 1L << WAVEFRONT_BITS;

    private final Floorplan floorplan;
    private final int streams;
    private final Findings findings;
    private final Map<Long, Events> windows = new HashMap<>();
    private Events spare = new Events();

    StreamRule(Machine machine, Findings findings) {
        floorplan = new Floorplan(machine);
        streams = machine.streams();
        this.findings = findings;
    }

    void take(long cycle, int position, Direction direction, int stream, int label, Queue queue, Entry entry) {
        add(cycle, position, direction, stream, label, queue, entry, 0);
    }

    void drive(long cycle, int position, Direction direction, int stream, int label, Queue queue, Entry entry) {
        add(cycle, position, direction, stream, label, queue, entry, 1);
    }

    /** Checks all flights that no dispatch from a cycle on can touch any more. */
    void finishBefore(long cycle) {
        long settled =
                cycle == Long.MAX_VALUE ? Long.MAX_VALUE : Math.floorDiv(cycle - 2L * floorplan.length(), WINDOW);
        for (Long window : windows.keySet().stream().sorted().toList()) {
            if (window < settled) {
                Events events = windows.remove(window);
                sweep(window, events);
                events.clear();
                spare = events;
            }
        }
    }

    private void add(
            long cycle, int position, Direction direction, int stream, int label, Queue queue, Entry entry, int kind) {
        if (stream < 0 || stream >= streams) {
            findings.add(
                    cycle,
                    queue,
                    entry.instruction(),
                    "stream " + new Stream(direction, Math.max(0, stream)),
                    "a direction has " + streams + " streams");
            return;
        }
        long wavefront = direction.wavefront(cycle, position);
        long window = Math.floorDiv(wavefront, WINDOW);
        Events events = windows.get(window);
        if (events == null) {
            events = spare;
            spare = new Events();
            windows.put(window, events);
        }
        int from = direction == Direction.EASTWARD ? floorplan.westmost() : floorplan.eastmost();
        long key = direction.ordinal() * streams + stream;
        key = key << WAVEFRONT_BITS | Math.floorMod(wavefront, WINDOW);
        key = key << POSITION_BITS | direction.hops(from, position) << 1 | kind;
        events.add(key, label, queue, entry, cycle);
    }

    private void sweep(long window, Events events) {
        events.sort();
        long flight = -1;
        int driven = -1;
        for (int rank = 0; rank < events.size(); rank++) {
            int event = events.at(rank);
            long key = events.key(event);
            if (key >> POSITION_BITS != flight) {
                flight = key >> POSITION_BITS;
                driven = -1;
            }
            if ((key & 1) == 1) {
                if (driven >= 0 && events.key(driven) == key) {
                    report(
                            window,
                            events,
                            event,
                            "queue " + events.queue(driven) + " drives another vector into the same register");
                }
                driven = event;
            } else if (driven < 0) {
                report(window, events, event, "no vector is there");
            } else {
                int expected = events.label(event);
                int label = events.label(driven);
                if (expected != 0 && label != 0 && expected != label) {
                    report(
                            window,
                            events,
                            event,
                            "vector " + text(label) + " of queue " + events.queue(driven)
                                    + " is there instead of vector " + text(expected));
                }
            }
        }
    }

    private void report(long window, Events events, int event, String what) {
        long key = events.key(event);
        int stream = (int) (key >> POSITION_BITS + WAVEFRONT_BITS);
        Direction direction = Direction.values()[stream / streams];
        int hops = (int) (key & (1 << POSITION_BITS) - 1) >> 1;
        int position = direction == Direction.EASTWARD ? floorplan.westmost() + hops : floorplan.eastmost() - hops;
        findings.add(
                events.detail(event),
                events.queue(event),
                events.entry(event).instruction(),
                "stream " + new Stream(direction, stream % streams) + " at position " + position,
                what);
    }

    static String text(int label) {
        return "#" + label % Flow.PLANE + (label >= Flow.PLANE ? " plane " + label / Flow.PLANE : "");
    }
}
