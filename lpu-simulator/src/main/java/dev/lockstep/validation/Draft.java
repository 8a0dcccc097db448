package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A program while it is written: instructions in any order, at cycles of which only the differences matter. */
final class Draft {
    private final Topology topology;
    private final List<TreeMap<Queue, List<Line>>> chips = new ArrayList<>();
    private int label = 1;

    private record Line(int cycle, Instruction instruction, Repeat repeat) {}

    Draft(Topology topology, int chips) {
        this.topology = topology;
        for (int chip = 0; chip < chips; chip++) {
            this.chips.add(new TreeMap<>());
        }
    }

    void add(int chip, Queue queue, int cycle, Instruction instruction) {
        add(chip, queue, cycle, instruction, Repeat.ONCE);
    }

    void add(int chip, Queue queue, int cycle, Instruction instruction, Repeat repeat) {
        chips.get(chip).computeIfAbsent(queue, unused -> new ArrayList<>()).add(new Line(cycle, instruction, repeat));
    }

    static Repeat times(int count, int interval, int words, int labels) {
        return count == 1 ? Repeat.ONCE : new Repeat(count, interval, words, labels);
    }

    /** The first of so many labels that nobody else has. */
    int labels(int count) {
        int first = label;
        label += count;
        return first;
    }

    /** The program; its first instruction is dispatched in cycle 0. */
    LpuProgram program(String machine) {
        int first = chips.stream()
                .flatMap(chip -> chip.values().stream())
                .flatMap(List::stream)
                .mapToInt(Line::cycle)
                .min()
                .orElse(0);
        List<Block> blocks = new ArrayList<>();
        List<List<Placement>> placements = new ArrayList<>();
        for (TreeMap<Queue, List<Line>> chip : chips) {
            TreeMap<Queue, List<Entry>> queues = new TreeMap<>();
            chip.forEach((queue, lines) -> queues.put(queue, inOrder(lines, first)));
            placements.add(List.of(new Placement(blocks.size(), 0, List.of())));
            blocks.add(new Block("chip" + blocks.size(), 0, queues));
        }
        return new LpuProgram(machine, topology, List.of(), blocks, placements, List.of());
    }

    /** Repetitions that have others in between are written out. */
    private static List<Entry> inOrder(List<Line> lines, int first) {
        List<Entry> entries = new ArrayList<>();
        for (Line line : lines) {
            entries.add(new Entry(line.cycle - first, line.instruction, line.repeat));
        }
        entries.sort(Comparator.comparingInt(Entry::cycle));
        List<Entry> ordered = new ArrayList<>();
        int next = 0;
        while (next < entries.size()) {
            int begin = next;
            long last = entries.get(next++).lastCycle();
            while (next < entries.size() && entries.get(next).cycle() <= last) {
                last = Math.max(last, entries.get(next++).lastCycle());
            }
            List<Entry> mixed = entries.subList(begin, next);
            ordered.addAll(mixed.size() == 1 ? mixed : writtenOut(mixed));
        }
        return ordered;
    }

    private static List<Entry> writtenOut(List<Entry> entries) {
        return entries.stream()
                .flatMap(entry -> IntStream.range(0, entry.inner().count())
                        .mapToObj(time ->
                                new Entry(entry.cycle() + time * entry.inner().interval(), entry.at(0, time))))
                .sorted(Comparator.comparingInt(Entry::cycle))
                .toList();
    }
}
