package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds one block: gives each fragment, in the order in which they come, the earliest cycle that is possible. */
public final class Scheduler {
    private static final int PATIENCE = 1 << 20;

    private final Machine machine;
    private final Reservations reservations;
    private final Effects effects;
    private final Map<Long, Integer> written = new HashMap<>();
    private final Map<Long, Integer> read = new HashMap<>();
    private final Map<Queue, List<Entry>> entries = new TreeMap<>();
    private final List<Span> spans = new ArrayList<>();
    private final CriticalPath path = new CriticalPath();
    private int end;

    /** When a fragment ran, for reports. */
    public record Span(String name, int first, int last) {}

    public Scheduler(Machine machine) {
        this.machine = machine;
        this.reservations = new Reservations(machine);
        this.effects = new Effects(machine);
    }

    /** Whether a fragment can be placed anywhere at all. */
    public static boolean consistent(Fragment fragment, Machine machine) {
        return Reservations.consistent(fragment, machine);
    }

    /**
     * Places a fragment.
     *
     * @return the cycle of its zero
     */
    public int place(Fragment fragment) {
        if (!Reservations.consistent(fragment, machine)) {
            throw new IllegalStateException(fragment.name() + " is in its own way");
        }
        int start = earliest(fragment);
        for (int patience = 0; !reservations.isFree(fragment, start); patience++) {
            if (patience == PATIENCE) {
                throw new IllegalStateException("no place for " + fragment.name());
            }
            start++;
        }
        reservations.take(fragment, start);
        note(fragment, start);
        return start;
    }

    /** From the first cycle of the block to the one in which everything has had its effect. */
    public int length() {
        return end;
    }

    /** The longest chain of fragments that depend on one another: cycles by name. Their sum is the length that a schedule without conflicts would have. */
    public Map<String, Integer> path() {
        return path.cycles();
    }

    public List<Span> spans() {
        return List.copyOf(spans);
    }

    /** Everything that has been placed. */
    public Block block(String name, int bases) {
        Map<Queue, List<Entry>> compressed = new TreeMap<>();
        entries.forEach((queue, list) -> {
            list.sort(Comparator.comparingInt(Entry::cycle));
            compressed.put(queue, Compression.compress(list));
        });
        return new Block(name, bases, compressed);
    }

    private int earliest(Fragment fragment) {
        int start = -fragment.firstCycle();
        for (Touch touch : fragment.touches()) {
            int before = written.getOrDefault(touch.word(), 0);
            if (touch.write()) {
                before = Math.max(before, read.getOrDefault(touch.word(), -1) + 1) + 1;
            }
            start = Math.max(start, before - touch.visible());
        }
        return start;
    }

    private void note(Fragment fragment, int start) {
        int last = 0;
        for (Touch touch : fragment.touches()) {
            int cycle = start + touch.visible();
            (touch.write() ? written : read).merge(touch.word(), cycle, Math::max);
            last = Math.max(last, cycle);
        }
        for (Issue issue : fragment.issues()) {
            int cycle = start + issue.cycle();
            entries.computeIfAbsent(issue.queue(), _ -> new ArrayList<>())
                    .add(new Entry(cycle, issue.instruction(), issue.repeat(), Repeat.ONCE));
            last = Math.max(last, cycle + (int) issue.repeat().span() + effects.after(issue.instruction()));
        }
        path.add(fragment, last - start);
        end = Math.max(end, last);
        spans.add(new Span(fragment.name(), start + fragment.firstCycle(), last));
    }
}
