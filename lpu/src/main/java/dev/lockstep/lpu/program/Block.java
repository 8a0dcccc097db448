package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.Queue;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A piece of a program of one chip that can be placed at any cycle.
 *
 * @param name what it computes, in one word
 * @param bases how many bases its addresses refer to
 * @param queues entries of every queue, in the order of their cycles; the dispatches of one end before the next one's begin
 */
public record Block(String name, int bases, SortedMap<Queue, List<Entry>> queues) {
    public Block {
        LpuProgram.requireWord(name);
        SortedMap<Queue, List<Entry>> copy = new TreeMap<>();
        queues.forEach((queue, entries) -> copy.put(queue, inOrder(name, queue, entries)));
        queues = Collections.unmodifiableSortedMap(copy);
    }

    public Block(String name, int bases, Map<Queue, List<Entry>> queues) {
        this(name, bases, (SortedMap<Queue, List<Entry>>) new TreeMap<>(queues));
    }

    /** The entries of a queue, none if it has nothing to do. */
    public List<Entry> entries(Queue queue) {
        return queues.getOrDefault(queue, List.of());
    }

    /** Dispatches of all queues. */
    public long dispatches() {
        return queues.values().stream()
                .flatMap(List::stream)
                .mapToLong(Entry::dispatches)
                .sum();
    }

    /** The cycle of the last dispatch, -1 if there is none. */
    public long lastCycle() {
        return queues.values().stream()
                .mapToLong(entries -> entries.getLast().lastCycle())
                .max()
                .orElse(-1);
    }

    private static List<Entry> inOrder(String name, Queue queue, List<Entry> entries) {
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i).cycle() <= entries.get(i - 1).lastCycle()) {
                throw new IsaException(
                        "Block %s, queue %s: the instruction of cycle %d comes before the end of the previous one in cycle %d."
                                .formatted(
                                        name,
                                        queue,
                                        entries.get(i).cycle(),
                                        entries.get(i - 1).lastCycle()));
            }
        }
        return List.copyOf(entries);
    }
}
