package dev.lockstep.lpu.binary;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import dev.lockstep.lpu.program.TextPlace;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes programs as bytes. */
public final class ProgramWriter {
    static final byte[] MAGIC = "LPUP".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 2;

    private final ByteSink code = new ByteSink();
    private final ByteSink labels = new ByteSink();
    private int labelCount;
    private int lastLabel;

    private ProgramWriter() {}

    /** The program with its labels. */
    public static byte[] bytes(LpuProgram program) {
        return new ProgramWriter().write(program, true);
    }

    /** The program as a machine needs it: the same without labels. */
    public static byte[] stripped(LpuProgram program) {
        return new ProgramWriter().write(program, false);
    }

    private byte[] write(LpuProgram program, boolean labelled) {
        body(program);
        ByteSink file = new ByteSink();
        file.raw(MAGIC);
        file.number(VERSION);
        file.text(program.machine());
        file.number(program.topology().ordinal());
        file.number(labelled ? labelCount : 0);
        if (labelled) {
            file.raw(labels.bytes());
        }
        file.raw(code.bytes());
        return file.bytes();
    }

    private void body(LpuProgram program) {
        code.number(program.maps().size());
        program.maps().forEach(map -> {
            code.number(map.sources().size());
            map.sources().forEach(code::signed);
        });
        code.number(program.blocks().size());
        program.blocks().forEach(this::block);
        chips(program.chips());
        code.number(program.buffers().size());
        program.buffers().forEach(this::buffer);
        code.number(program.text().size());
        program.text().forEach(this::text);
    }

    private void block(Block block) {
        code.text(block.name());
        code.number(block.bases());
        code.number(block.queues().size());
        block.queues().forEach((queue, entries) -> {
            code.number(queue.number());
            entries(entries);
        });
    }

    private void entries(List<Entry> entries) {
        code.number(entries.size());
        InstructionWriter instructions = new InstructionWriter(code, this::label, this::address);
        long free = 0;
        for (Entry entry : entries) {
            code.number(entry.cycle() - free);
            instructions.write(entry.instruction());
            repeat(entry.inner());
            repeat(entry.outer());
            free = entry.lastCycle() + 1;
        }
    }

    private void repeat(Repeat repeat) {
        code.number(repeat.count() - 1L);
        if (!repeat.once()) {
            code.number(repeat.interval());
            code.signed(repeat.wordStep());
            code.signed(repeat.labelStep());
        }
    }

    private void address(Address address) {
        code.number(address.base() + 1L);
        code.number(address.word());
    }

    private void text(TextPlace place) {
        code.number(place.chip());
        code.number(place.queue().number());
        code.number(place.hemisphere().ordinal());
        code.number(place.slice());
        code.number(place.word());
        code.number(place.fetches());
    }

    private void chips(List<List<Placement>> chips) {
        code.number(chips.size());
        for (int chip = 0; chip < chips.size(); chip++) {
            int same = chips.subList(0, chip).indexOf(chips.get(chip));
            code.number(same + 1L);
            if (same < 0) {
                placements(chips.get(chip));
            }
        }
    }

    private void placements(List<Placement> placements) {
        code.number(placements.size());
        for (Placement placement : placements) {
            code.number(placement.block());
            code.number(placement.start());
            placement.bases().forEach(code::signed);
        }
    }

    private void buffer(Buffer buffer) {
        code.text(buffer.name());
        code.number(buffer.use().ordinal());
        code.number(buffer.chip());
        code.number(buffer.type().ordinal());
        code.number(buffer.hemisphere().ordinal());
        code.number(buffer.slice());
        code.number(buffer.word());
        code.number(buffer.vectors());
    }

    private void label(int label) {
        labels.signed((long) label - lastLabel);
        lastLabel = label;
        labelCount++;
    }
}
