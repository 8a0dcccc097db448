package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.schedule.Effects;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the instructions of one chip, keeps queues and ALUs free of conflicts, and takes back what did not fit. */
final class ChipBuilder {
    private final BitSet[] busy = new BitSet[Queue.COUNT];
    private final List<List<Entry>> entries = new ArrayList<>();
    private final List<TreeMap<Long, Long>> held = new ArrayList<>();
    /** Label of the result of the operation that each ALU begins in a cycle. */
    private final List<TreeMap<Long, Integer>> results = new ArrayList<>();

    private final Deque<Runnable> journal = new ArrayDeque<>();
    private final int aluCycles;

    ChipBuilder(int aluCycles) {
        this.aluCycles = aluCycles;
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            busy[queue] = new BitSet();
            entries.add(new ArrayList<>());
        }
        for (int alu = 0; alu < Queue.Unit.ALU.count(); alu++) {
            held.add(new TreeMap<>());
            results.add(new TreeMap<>());
        }
    }

    /** What has been placed up to now stays. */
    void commit() {
        journal.clear();
    }

    /** How much has been placed since the last commit. */
    int placed() {
        return journal.size();
    }

    /** Takes back what has been placed since there was so much. */
    void rollback(int placed) {
        while (journal.size() > placed) {
            journal.pop().run();
        }
    }

    /** Does something that {@link #rollback} has to undo. */
    void undoable(Runnable undo) {
        journal.push(undo);
    }

    /** @throws Conflict if the queue has something to do between the first dispatch and the last */
    void put(Queue queue, Entry entry) {
        int number = queue.number();
        int first = entry.cycle();
        int last = Math.toIntExact(entry.lastCycle());
        int taken = busy[number].nextSetBit(first);
        if (taken >= 0 && taken <= last) {
            throw new Conflict(queue + " in cycle " + taken);
        }
        requireKept(entry);
        busy[number].set(first, last + 1);
        entries.get(number).add(entry);
        journal.push(() -> {
            busy[number].clear(first, last + 1);
            entries.get(number).removeLast();
        });
        if (entry.instruction() instanceof VectorInstruction operation) {
            TreeMap<Long, Integer> begun = results.get(queue.index());
            begun.put((long) first, operation.to().label());
            journal.push(() -> begun.remove((long) first));
        }
    }

    /** Results that an operation takes from ALUs are still there. */
    private void requireKept(Entry entry) {
        switch (entry.instruction()) {
            case VectorInstruction.Unary unary -> requireKept(unary.x(), entry);
            case VectorInstruction.Convert convert -> requireKept(convert.x(), entry);
            case VectorInstruction.Binary binary -> {
                requireKept(binary.x(), entry);
                requireKept(binary.y(), entry);
            }
            default -> {}
        }
    }

    private void requireKept(Operand operand, Entry entry) {
        if (operand instanceof Operand.OfAlu result) {
            long complete = (long) entry.cycle() - aluCycles;
            Map.Entry<Long, Long> kept = held.get(result.alu()).floorEntry(complete);
            Map.Entry<Long, Integer> latest = results.get(result.alu()).floorEntry(complete);
            if (kept == null
                    || kept.getValue() < entry.lastCycle()
                    || latest == null
                    || latest.getValue() != result.label()) {
                throw new Conflict("a result of ALU " + result.alu() + " that is gone in cycle " + entry.lastCycle());
            }
        }
    }

    /** Whether an ALU can start an operation in a cycle, and neither its result nor others are overwritten while they are read. */
    boolean available(int alu, long cycle, long until) {
        if (busy[Queue.alu(alu).number()].get(Math.toIntExact(cycle))) {
            return false;
        }
        Map.Entry<Long, Long> before = held.get(alu).lowerEntry(cycle);
        Map.Entry<Long, Long> after = held.get(alu).higherEntry(cycle);
        return (before == null || before.getValue() < cycle + aluCycles)
                && (after == null || until < after.getKey() + aluCycles);
    }

    boolean idle(Queue queue, long first, long last) {
        int taken = busy[queue.number()].nextSetBit(Math.toIntExact(first));
        return taken < 0 || taken > last;
    }

    void hold(int alu, long cycle, long until) {
        held.get(alu).put(cycle, until);
        journal.push(() -> held.get(alu).remove(cycle));
    }

    /** A result that was held from a cycle on is not needed after another. */
    void release(int alu, long from, long until) {
        long before = held.get(alu).put(from, until);
        journal.push(() -> held.get(alu).put(from, before));
    }

    /** The cycle of the last effect, in the bottom tile. */
    long lastEffect(Effects effects) {
        long last = 0;
        for (List<Entry> queue : entries) {
            for (Entry entry : queue) {
                last = Math.max(last, entry.lastCycle() + effects.after(entry.instruction()));
            }
        }
        return last;
    }

    /** A block with one base, that of a user's cache. */
    Block build(String name) {
        Map<Queue, List<Entry>> queues = new TreeMap<>();
        for (int number = 0; number < Queue.COUNT; number++) {
            if (!entries.get(number).isEmpty()) {
                List<Entry> sorted = new ArrayList<>(entries.get(number));
                sorted.sort(Comparator.comparingInt(Entry::cycle));
                queues.put(Queue.of(number), sorted);
            }
        }
        return new Block(name, 1, queues);
    }
}
