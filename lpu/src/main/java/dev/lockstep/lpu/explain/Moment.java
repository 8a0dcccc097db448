package dev.lockstep.lpu.explain;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One cycle of one chip.
 *
 * @param placement the block whose time it is, if any
 * @param block that block's name
 * @param dispatches what queues dispatch in the cycle
 * @param waiting queues that do something later in the same block, and when
 */
public record Moment(
        int chip,
        long cycle,
        Optional<Placement> placement,
        String block,
        List<Dispatch> dispatches,
        List<Waiting> waiting) {
    /**
     * An instruction as it is dispatched.
     *
     * @param instruction with the words and labels that this repetition has, and absolute addresses
     * @param time how many dispatches of the same entry there have been, this one included, of {@code times}
     */
    public record Dispatch(Queue queue, Instruction instruction, long time, long times) {}

    /** When a queue dispatches next. */
    public record Waiting(Queue queue, long cycle) {}

    public Moment {
        dispatches = List.copyOf(dispatches);
        waiting = List.copyOf(waiting);
    }

    /**
     * Looks into a program.
     *
     * @throws IsaException if it has no such chip
     */
    public static Moment of(LpuProgram program, int chip, long cycle) {
        if (chip < 0 || chip >= program.chips().size()) {
            throw new IsaException("There is no chip " + chip + ". The program is for "
                    + program.chips().size() + " chips, counted from 0.");
        }
        List<Dispatch> dispatches = new ArrayList<>();
        List<Waiting> waiting = new ArrayList<>();
        Optional<Placement> now = Optional.empty();
        for (Placement placement : program.chips().get(chip)) {
            Block block = program.blocks().get(placement.block());
            long within = cycle - placement.start();
            if (within >= 0 && within <= block.lastCycle()) {
                now = Optional.of(placement);
                block.queues()
                        .forEach((queue, entries) -> look(queue, entries, placement, within, dispatches, waiting));
            }
        }
        waiting.sort(Comparator.comparingLong(Waiting::cycle).thenComparing(Waiting::queue));
        String name = now.map(p -> program.blocks().get(p.block()).name()).orElse("");
        return new Moment(chip, cycle, now, name, dispatches, waiting);
    }

    private static void look(
            Queue queue,
            List<Entry> entries,
            Placement placement,
            long within,
            List<Dispatch> dispatches,
            List<Waiting> waiting) {
        for (Entry entry : entries) {
            if (entry.lastCycle() < within) {
                continue;
            }
            long next = next(entry, within);
            if (next == within) {
                long inside = within - entry.cycle();
                int outer =
                        entry.outer().once() ? 0 : (int) (inside / entry.outer().interval());
                long rest = inside - (long) outer * entry.outer().interval();
                int inner =
                        entry.inner().once() ? 0 : (int) (rest / entry.inner().interval());
                dispatches.add(new Dispatch(
                        queue,
                        absolute(entry.at(outer, inner), placement),
                        (long) outer * entry.inner().count() + inner + 1,
                        entry.dispatches()));
            } else {
                waiting.add(new Waiting(queue, placement.start() + next));
            }
            return;
        }
    }

    /** The first dispatch of an entry in or after a cycle that is not after its last. */
    private static long next(Entry entry, long within) {
        long inside = Math.max(0, within - entry.cycle());
        long outerInterval = Math.max(1, entry.outer().interval());
        long outer = entry.outer().once() ? 0 : inside / outerInterval;
        long rest = inside - outer * outerInterval;
        if (rest > entry.inner().span()) {
            return entry.cycle() + (outer + 1) * outerInterval;
        }
        long innerInterval = Math.max(1, entry.inner().interval());
        long inner = (rest + innerInterval - 1) / innerInterval;
        return entry.cycle() + outer * outerInterval + inner * innerInterval;
    }

    private static Instruction absolute(Instruction instruction, Placement placement) {
        return switch (instruction) {
            case MemoryInstruction.Read read -> new MemoryInstruction.Read(absolute(read.from(), placement), read.to());
            case MemoryInstruction.Write write ->
                new MemoryInstruction.Write(write.from(), absolute(write.to(), placement));
            case MemoryInstruction.Gather gather ->
                new MemoryInstruction.Gather(absolute(gather.from(), placement), gather.map(), gather.to());
            case MemoryInstruction.Scatter scatter ->
                new MemoryInstruction.Scatter(scatter.map(), scatter.from(), absolute(scatter.to(), placement));
            default -> instruction;
        };
    }

    private static Address absolute(Address address, Placement placement) {
        return address.base() == Address.ABSOLUTE
                ? address
                : Address.of(address.word() + placement.bases().get(address.base()));
    }
}
