package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Puts programs together by hand: one block a chip, placed at cycle 0. */
final class ProgramBuilder {
    private final List<LaneMap> maps = new ArrayList<>();
    private final List<TreeMap<Queue, List<Entry>>> chips = new ArrayList<>();

    ProgramBuilder() {
        this(1);
    }

    ProgramBuilder(int chips) {
        for (int chip = 0; chip < chips; chip++) {
            this.chips.add(new TreeMap<>());
        }
    }

    ProgramBuilder add(Queue queue, int cycle, Instruction instruction) {
        return add(0, queue, new Entry(cycle, instruction));
    }

    ProgramBuilder add(Queue queue, int cycle, Instruction instruction, Repeat repeat) {
        return add(0, queue, new Entry(cycle, instruction, repeat));
    }

    ProgramBuilder add(int chip, Queue queue, int cycle, Instruction instruction) {
        return add(chip, queue, new Entry(cycle, instruction));
    }

    ProgramBuilder add(int chip, Queue queue, Entry entry) {
        chips.get(chip).computeIfAbsent(queue, unused -> new ArrayList<>()).add(entry);
        return this;
    }

    int map(Integer... sources) {
        maps.add(new LaneMap(List.of(sources)));
        return maps.size() - 1;
    }

    LpuProgram build() {
        List<Block> blocks = new ArrayList<>();
        List<List<Placement>> placements = new ArrayList<>();
        for (TreeMap<Queue, List<Entry>> queues : chips) {
            queues.values().forEach(entries -> entries.sort(Comparator.comparingInt(Entry::cycle)));
            placements.add(List.of(new Placement(blocks.size(), 0, List.of())));
            blocks.add(new Block("chip" + blocks.size(), 0, queues));
        }
        return new LpuProgram("lpu-v1", Topology.NODE, maps, blocks, placements, List.of());
    }
}
