package dev.lockstep.lpu.assembly;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import dev.lockstep.lpu.program.TextPlace;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a program as text. */
public final class Disassembler {
    private final StringBuilder text = new StringBuilder();

    private Disassembler() {}

    /** The whole program, in a form that {@link Assembler} turns into an equal one. */
    public static String text(LpuProgram program) {
        Disassembler disassembler = new Disassembler();
        disassembler.program(program);
        return disassembler.text.toString();
    }

    /** One instruction with its repetitions, without its cycle. */
    public static String text(Entry entry) {
        return InstructionText.of(entry.instruction()) + repeat(entry.inner(), entry) + repeat(entry.outer(), entry);
    }

    private void program(LpuProgram program) {
        line("machine " + program.machine());
        line("topology " + Words.text(program.topology()));
        program.maps().forEach(this::map);
        program.blocks().forEach(this::block);
        chips(program.chips());
        program.buffers().forEach(this::buffer);
        program.text().forEach(this::textPlace);
    }

    private void map(LaneMap map) {
        line("map " + numbers(map.sources()));
    }

    private void block(Block block) {
        line("block " + block.name() + " bases " + block.bases());
        for (Queue queue : block.queues().keySet()) {
            line("  queue " + queue);
            for (Entry entry : block.entries(queue)) {
                line("    " + entry.cycle() + ": " + text(entry));
            }
        }
    }

    private void chips(List<List<Placement>> chips) {
        int first = 0;
        while (first < chips.size()) {
            int alike = 1;
            while (first + alike < chips.size() && chips.get(first + alike).equals(chips.get(first))) {
                alike++;
            }
            line(alike == 1 ? "chip" : "chip * " + alike);
            for (Placement placement : chips.get(first)) {
                line("  place " + placement.block() + " at " + placement.start()
                        + (placement.bases().isEmpty() ? "" : " bases " + numbers(placement.bases())));
            }
            first += alike;
        }
    }

    private void buffer(Buffer buffer) {
        line("buffer %s %s chip %d %s %s %d word %d vectors %d"
                .formatted(
                        buffer.name(),
                        Words.text(buffer.use()),
                        buffer.chip(),
                        Words.text(buffer.type()),
                        side(buffer.hemisphere()),
                        buffer.slice(),
                        buffer.word(),
                        buffer.vectors()));
    }

    private void textPlace(TextPlace place) {
        line("text %s chip %d in %s %d word %d fetches %d"
                .formatted(
                        place.queue(),
                        place.chip(),
                        side(place.hemisphere()),
                        place.slice(),
                        place.word(),
                        place.fetches()));
    }

    private static String side(Hemisphere hemisphere) {
        return hemisphere == Hemisphere.WEST ? "w" : "e";
    }

    private static String repeat(Repeat repeat, Entry entry) {
        if (repeat.once() && (repeat == entry.outer() || entry.outer().once())) {
            return "";
        }
        return " repeat " + repeat.count() + " every " + repeat.interval()
                + (repeat.wordStep() == 0 ? "" : " word " + repeat.wordStep())
                + (repeat.labelStep() == 0 ? "" : " label " + repeat.labelStep());
    }

    private static String numbers(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
