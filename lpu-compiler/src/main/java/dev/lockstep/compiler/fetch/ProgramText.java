package dev.lockstep.compiler.fetch;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.TextPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gives a program the instructions that fetch its text. */
public final class ProgramText {
    private final Machine machine;
    private final LpuProgram program;
    private final List<TextRoom> rooms;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Integer, Integer> unchanged = new HashMap<>();
    private final List<TextPlace> text = new ArrayList<>();

    private ProgramText(Machine machine, LpuProgram program, List<TextRoom> rooms) {
        this.machine = machine;
        this.program = program;
        this.rooms = rooms;
    }

    /**
     * The same program with its text in memory: every chip is done when it was before.
     *
     * @param rooms where text may lie
     * @throws TextException if there is no place for it, or no time
     */
    public static LpuProgram fetched(Machine machine, LpuProgram program, List<TextRoom> rooms) {
        return new ProgramText(machine, program, rooms).fetched();
    }

    /** What a chip's schedule depends on: the blocks, and when they start. */
    private record Schedule(List<Integer> blocks, List<Long> starts) {
        static Schedule of(List<Placement> placements) {
            return new Schedule(
                    placements.stream().map(Placement::block).toList(),
                    placements.stream().map(Placement::start).toList());
        }
    }

    /** Blocks for the placements of a chip, and where its text is. */
    private record Fetched(List<Integer> blocks, List<TextScheduler.Portion> portions) {}

    private LpuProgram fetched() {
        Map<Schedule, Fetched> known = new HashMap<>();
        List<List<Placement>> chips = new ArrayList<>();
        for (int chip = 0; chip < program.chips().size(); chip++) {
            List<Placement> placements = program.chips().get(chip);
            if (placements.isEmpty()) {
                chips.add(placements);
                continue;
            }
            Fetched fetched = known.computeIfAbsent(Schedule.of(placements), _ -> fetch(placements));
            List<Placement> changed = new ArrayList<>();
            for (int i = 0; i < placements.size(); i++) {
                Placement placement = placements.get(i);
                changed.add(new Placement(fetched.blocks().get(i), placement.start(), placement.bases()));
            }
            chips.add(changed);
            for (TextScheduler.Portion portion : fetched.portions()) {
                text.add(new TextPlace(
                        chip,
                        portion.queue(),
                        portion.from().hemisphere(),
                        portion.from().slice(),
                        portion.word(),
                        1));
            }
        }
        return new LpuProgram(
                program.machine(), program.topology(), program.maps(), blocks, chips, program.buffers(), text);
    }

    private Fetched fetch(List<Placement> placements) {
        TextScheduler scheduler = new TextScheduler(machine, program.blocks(), placements, rooms);
        List<TextScheduler.Portion> portions = scheduler.schedule();
        List<Map<Queue, List<Entry>>> changed = new ArrayList<>();
        for (int i = 0; i < placements.size(); i++) {
            changed.add(new TreeMap<>());
        }
        for (QueueTimeline queue : scheduler.queues()) {
            for (QueueTimeline.Item item : queue.items()) {
                if (item.added()) {
                    changed.get(item.placement()).put(queue.queue(), new ArrayList<>());
                }
            }
            for (QueueTimeline.Item item : queue.items()) {
                List<Entry> entries = changed.get(item.placement()).get(queue.queue());
                if (entries != null) {
                    entries.add(item.entry());
                }
            }
        }
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < placements.size(); i++) {
            numbers.add(block(placements.get(i).block(), changed.get(i)));
        }
        return new Fetched(numbers, portions);
    }

    /** The number of a block with other entries in some queues. */
    private int block(int old, Map<Queue, List<Entry>> changed) {
        Block block = program.blocks().get(old);
        if (changed.isEmpty()) {
            return unchanged.computeIfAbsent(old, _ -> add(block));
        }
        Map<Queue, List<Entry>> queues = new TreeMap<>(block.queues());
        queues.putAll(changed);
        return add(new Block(block.name(), block.bases(), queues));
    }

    private int add(Block block) {
        blocks.add(block);
        return blocks.size() - 1;
    }
}
