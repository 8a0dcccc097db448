package dev.lockstep.compiler.fetch;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds fetches for the queues of a chip: always for the queue that runs dry first, in the first cycle in which the queue has room and is idle, some slice
 * can read the text, and it gets to the queue on some stream. Since reads of text are text themselves, and lengthen that of the slices which do them, slices
 * with little to do come first.
 */
final class TextScheduler {
    private static final int WORDS = ControlInstruction.Fetch.VECTORS;

    /** Labels of text lie above those of all planes of other vectors. */
    private static final int FIRST_LABEL = 4 * Flow.PLANE;

    private final Machine machine;
    private final List<Placement> placements;
    private final StreamUse streams;
    private final List<QueueTimeline> queues = new ArrayList<>();
    private final List<Source> sources = new ArrayList<>();
    private final List<Portion> portions = new ArrayList<>();
    private final long first;

    /** A slice that text can be read from, and how much of its room is left. */
    private static final class Source {
        private final QueueTimeline queue;
        private final TextRoom room;
        private int used;

        Source(QueueTimeline queue, TextRoom room) {
            this.queue = queue;
            this.room = room;
        }
    }

    /** What a fetch of a queue brings, in the order of fetches. */
    record Portion(Queue queue, TextRoom from, int word) {}

    TextScheduler(Machine machine, List<Block> blocks, List<Placement> placements, List<TextRoom> rooms) {
        this.machine = machine;
        this.placements = placements;
        first = placements.getFirst().start();
        streams = new StreamUse(machine, first);
        for (int number = 0; number < Queue.COUNT; number++) {
            QueueTimeline queue = new QueueTimeline(machine, Queue.of(number));
            for (int i = 0; i < placements.size(); i++) {
                Placement placement = placements.get(i);
                for (Entry entry : blocks.get(placement.block()).entries(queue.queue())) {
                    queue.append(i, placement.start(), entry);
                    streams.add(queue.queue(), entry, placement.start() + entry.cycle());
                }
            }
            queues.add(queue);
        }
        streams.finish();
        for (TextRoom room : rooms) {
            sources.add(new Source(
                    queues.get(Queue.memory(room.hemisphere(), room.slice()).number()), room));
        }
    }

    /** Adds what is needed, so that {@link #queues} have it. */
    List<Portion> schedule() {
        while (true) {
            QueueTimeline urgent = queues.stream()
                    .min(Comparator.comparingLong(QueueTimeline::deadline))
                    .orElseThrow();
            long deadline = urgent.deadline();
            if (deadline == QueueTimeline.NEVER) {
                return portions;
            }
            fetch(urgent, deadline);
        }
    }

    /** All queues, with what has been added. */
    List<QueueTimeline> queues() {
        return queues;
    }

    private void fetch(QueueTimeline queue, long deadline) {
        int after = queue.roomAfter();
        long earliest = after < 0 ? first : queue.items().get(after).last() + 1;
        sources.sort(Comparator.comparingLong(source -> source.queue.text()));
        for (long cycle = earliest; cycle + WORDS <= deadline; cycle++) {
            int at = queue.gap(cycle, cycle + WORDS - 1);
            if (at < 0) {
                continue;
            }
            for (Source source : sources) {
                if (source.used + WORDS <= source.room.words() && fetch(queue, at, cycle, source)) {
                    return;
                }
            }
        }
        throw new TextException("The text of queue " + queue.queue() + " cannot be fetched before cycle " + deadline
                + ": there is no room in memory, or no stream between cycle " + earliest + " and then.");
    }

    private boolean fetch(QueueTimeline queue, int at, long cycle, Source source) {
        int from = streams.position(source.queue.queue());
        int to = streams.position(queue.queue());
        if (from == to || source.queue == queue) {
            return false;
        }
        Direction direction = from < to ? Direction.EASTWARD : Direction.WESTWARD;
        long driven = cycle - direction.hops(from, to);
        long read = driven - machine.whole(Quantity.READ_CYCLES);
        int readAt = source.queue.gap(read, read + WORDS - 1);
        if (read < first || readAt < 0) {
            return false;
        }
        for (int number = machine.streams() - 1; number >= 0; number--) {
            Stream stream = new Stream(direction, number);
            if (isFree(stream, driven, from, to)) {
                if (!add(queue, at, cycle, source, readAt, read, stream)) {
                    return false;
                }
                for (int vector = 0; vector < WORDS; vector++) {
                    streams.use(stream, driven + vector, from, to);
                }
                return true;
            }
        }
        return false;
    }

    private boolean isFree(Stream stream, long driven, int from, int to) {
        for (int vector = 0; vector < WORDS; vector++) {
            if (!streams.isFree(stream, driven + vector, from, to)) {
                return false;
            }
        }
        return true;
    }

    /** Adds both instructions, unless that leaves a queue without text that it had. */
    private boolean add(QueueTimeline queue, int at, long cycle, Source source, int readAt, long read, Stream stream) {
        int word = source.room.firstWord() + source.used;
        Flow text = new Flow(stream, FIRST_LABEL + WORDS * portions.size());
        long before = queue.deadline();
        source.queue.insert(
                readAt,
                item(
                        source.queue,
                        readAt,
                        read,
                        new Entry(0, new MemoryInstruction.Read(Address.of(word), text), new Repeat(WORDS, 1, 1, 1))));
        if (source.queue.deadline() == QueueTimeline.IMPOSSIBLE) {
            source.queue.remove(readAt);
            return false;
        }
        queue.insert(at, item(queue, at, cycle, new Entry(0, new ControlInstruction.Fetch(text))));
        if (queue.deadline() <= before) {
            queue.remove(at);
            source.queue.remove(readAt);
            return false;
        }
        source.used += WORDS;
        portions.add(new Portion(queue.queue(), source.room, word));
        return true;
    }

    /** An instruction belongs to the placement of the one before it in its queue, or to an early one. */
    private QueueTimeline.Item item(QueueTimeline queue, int at, long cycle, Entry entry) {
        int placement;
        if (at > 0) {
            placement = queue.items().get(at - 1).placement();
        } else {
            placement = at < queue.items().size() ? queue.items().get(at).placement() : placements.size() - 1;
            while (placements.get(placement).start() > cycle) {
                placement--;
            }
        }
        int within = Math.toIntExact(cycle - placements.get(placement).start());
        return new QueueTimeline.Item(placement, cycle, cycle + WORDS - 1, entry.later(within), true);
    }
}
