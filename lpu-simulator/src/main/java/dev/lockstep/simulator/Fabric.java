package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stream registers of a chip. A flight is kept once, under its stream and wavefront: whoever drives it replaces it from its position on, and
 * because cycles are simulated in order, everybody upstream has taken before. What is driven in a cycle becomes visible after
 * all takes of this cycle.
 */
final class Fabric {
    private final int chip;
    private final int lanes;
    private final int streams;
    private final int flights;

    private final long[] wavefronts;
    private final int[] labels;
    private final int[] origins;
    private final byte[][] vectors;
    private final Queue[] producers;
    private final ArrayDeque<byte[]> spare = new ArrayDeque<>();

    private final ArrayDeque<Expected> expected = new ArrayDeque<>();

    private final Drives[] pending;
    private long flushed = Long.MIN_VALUE / 2;

    private long cycle;
    private @Nullable QueueWalker walker;

    /** @param horizon more cycles than any latency has */
    Fabric(Machine machine, int chip, int horizon) {
        this.chip = chip;
        lanes = machine.lanes();
        streams = machine.streams();
        flights = Integer.highestOneBit(new Floorplan(machine).length() + 1) * 2;
        int slots = 2 * streams * flights;
        wavefronts = new long[slots];
        Arrays.fill(wavefronts, Long.MIN_VALUE);
        labels = new int[slots];
        origins = new int[slots];
        vectors = new byte[slots][];
        producers = new Queue[slots];
        pending = new Drives[Integer.highestOneBit(horizon) * 2];
        Arrays.setAll(pending, unused -> new Drives());
    }

    /** Goes to a dispatch; what was driven in earlier cycles is on its way. */
    void enter(QueueWalker dispatch) {
        walker = dispatch;
        cycle = dispatch.cycle();
        if (flushed < cycle - 1) {
            // Nothing is pending for longer than the horizon, and nothing was added since the last flush.
            long last = Math.min(cycle - 1, flushed + pending.length);
            for (long past = flushed + 1; past <= last; past++) {
                meetExpectations(past);
                flush(pending[(int) (past & pending.length - 1)]);
            }
            flushed = cycle - 1;
        }
    }

    long cycle() {
        return cycle;
    }

    /** A vector for {@link #drive}; its content is whatever it last held. */
    byte[] vector() {
        byte[] vector = spare.pollLast();
        return vector == null ? new byte[lanes] : vector;
    }

    /** One byte plane that passes a position now. Not to be changed or kept. */
    byte[] take(int position, Direction direction, int stream, int label) {
        requireStream(direction, stream, 1);
        long wavefront = direction.wavefront(cycle, position);
        int slot = slot(direction, stream, wavefront);
        if (wavefronts[slot] != wavefront) {
            throw refuse(register(direction, stream, position), "no vector is there");
        }
        if (label != 0 && labels[slot] != 0 && labels[slot] != label) {
            throw refuse(
                    register(direction, stream, position),
                    "vector " + Labels.text(labels[slot]) + " of queue " + producers[slot]
                            + " is there instead of vector " + Labels.text(label));
        }
        return vectors[slot];
    }

    /**
     * The stream must bring another vector in the next cycle, too.
     *
     * @param content what it must be; anything if that is empty
     */
    void expectNext(int position, Flow next, byte[] content) {
        Stream stream = next.stream();
        long wavefront = stream.direction().wavefront(cycle + 1, position);
        expected.addLast(new Expected(
                cycle + 1,
                slot(stream.direction(), stream.number(), wavefront),
                wavefront,
                next.label(),
                content,
                refuse(
                        register(stream.direction(), stream.number(), position),
                        "the vector of the next cycle is not there, or another one")));
    }

    /** Looks at what was expected last. */
    void finish() {
        meetExpectations(Long.MAX_VALUE);
    }

    /** Takes the group of streams of a type into lanes, as bits. */
    void take(int position, Flow flow, int label, Element type, int[] into) {
        Stream first = flow.stream();
        requireGroup(first, type.planes());
        for (int plane = 0; plane < type.planes(); plane++) {
            byte[] vector = take(
                    position, first.direction(), first.number() + plane, label == 0 ? 0 : label + plane * Flow.PLANE);
            int shift = 8 * plane;
            if (plane == 0) {
                for (int lane = 0; lane < lanes; lane++) {
                    into[lane] = vector[lane] & 0xff;
                }
            } else {
                for (int lane = 0; lane < lanes; lane++) {
                    into[lane] |= (vector[lane] & 0xff) << shift;
                }
            }
        }
    }

    /** Puts a vector, which comes from {@link #vector} and is given away, into a register {@code latency} cycles from now. */
    void drive(int latency, int position, Direction direction, int stream, int label, byte[] vector) {
        requireStream(direction, stream, 1);
        long when = cycle + latency;
        pending[(int) (when & pending.length - 1)].add(
                slot(direction, stream, direction.wavefront(when, position)),
                direction.wavefront(when, position),
                label,
                position,
                vector,
                walker());
    }

    /** Puts lanes onto a group of streams. */
    void drive(int latency, int position, Stream first, int label, Element type, int[] from) {
        requireGroup(first, type.planes());
        for (int plane = 0; plane < type.planes(); plane++) {
            byte[] vector = vector();
            int shift = 8 * plane;
            for (int lane = 0; lane < lanes; lane++) {
                vector[lane] = (byte) (from[lane] >> shift);
            }
            drive(
                    latency,
                    position,
                    first.direction(),
                    first.number() + plane,
                    label == 0 ? 0 : label + plane * Flow.PLANE,
                    vector);
        }
    }

    void requireGroup(Stream first, int planes) {
        requireStream(first.direction(), first.number(), planes);
        if (!first.aligned(planes)) {
            throw refuse("stream " + first, "a group of " + planes + " streams must start at a multiple of " + planes);
        }
    }

    /** What to throw when the current dispatch cannot be. */
    SimulationException refuse(String resource, String what) {
        QueueWalker at = walker();
        return new SimulationException(chip, cycle, at.queue().toString(), at.text(), resource, what);
    }

    private QueueWalker walker() {
        if (walker == null) {
            throw new IllegalStateException("outside of a dispatch");
        }
        return walker;
    }

    private void requireStream(Direction direction, int stream, int planes) {
        if (stream < 0 || stream + planes > streams) {
            throw refuse("stream " + new Stream(direction, stream), "a direction has " + streams + " streams");
        }
    }

    private void meetExpectations(long now) {
        while (!expected.isEmpty() && expected.peekFirst().cycle() <= now) {
            Expected next = expected.removeFirst();
            int slot = next.slot();
            boolean right = wavefronts[slot] == next.wavefront()
                    && (next.label() == 0 || labels[slot] == 0 || labels[slot] == next.label())
                    && (next.content().length == 0 || Arrays.equals(vectors[slot], next.content()));
            if (!right) {
                throw next.otherwise();
            }
        }
    }

    private void flush(Drives drives) {
        for (int i = 0; i < drives.count; i++) {
            int slot = drives.slots[i];
            if (wavefronts[slot] == drives.wavefronts[i] && origins[slot] == drives.positions[i]) {
                Direction direction = slot < streams * flights ? Direction.EASTWARD : Direction.WESTWARD;
                throw new SimulationException(
                        chip,
                        direction.cycle(drives.wavefronts[i], drives.positions[i]),
                        drives.queues[i].toString(),
                        "driven by " + drives.queues[i] + " and by " + producers[slot],
                        register(direction, slot / flights % streams, drives.positions[i]),
                        "two vectors are driven into one register");
            }
            byte[] old = vectors[slot];
            if (old != null) {
                spare.addLast(old);
            }
            wavefronts[slot] = drives.wavefronts[i];
            labels[slot] = drives.labels[i];
            origins[slot] = drives.positions[i];
            vectors[slot] = drives.vectors[i];
            producers[slot] = drives.queues[i];
        }
        drives.count = 0;
    }

    private int slot(Direction direction, int stream, long wavefront) {
        return (direction.ordinal() * streams + stream) * flights + (int) (wavefront & flights - 1);
    }

    private static String register(Direction direction, int stream, int position) {
        return "stream " + new Stream(direction, stream) + " at position " + position;
    }

    /** A take of the coming cycle. */
    private record Expected(
            long cycle, int slot, long wavefront, int label, byte[] content, SimulationException otherwise) {}

    /** What is driven in one cycle. */
    private static final class Drives {
        private int count;
        private int[] slots = new int[64];
        private long[] wavefronts = new long[64];
        private int[] labels = new int[64];
        private int[] positions = new int[64];
        private byte[][] vectors = new byte[64][];
        private Queue[] queues = new Queue[64];

        void add(int slot, long wavefront, int label, int position, byte[] vector, QueueWalker walker) {
            if (count == slots.length) {
                int size = 2 * count;
                slots = Arrays.copyOf(slots, size);
                wavefronts = Arrays.copyOf(wavefronts, size);
                labels = Arrays.copyOf(labels, size);
                positions = Arrays.copyOf(positions, size);
                vectors = Arrays.copyOf(vectors, size);
                queues = Arrays.copyOf(queues, size);
            }
            slots[count] = slot;
            wavefronts[count] = wavefront;
            labels[count] = label;
            positions[count] = position;
            vectors[count] = vector;
            queues[count++] = walker.queue();
        }
    }
}
