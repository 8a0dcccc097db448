package dev.lockstep.lpu.binary;

import dev.lockstep.lpu.LpuException;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import dev.lockstep.lpu.program.TextPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads programs from bytes, which anybody may have written. */
public final class ProgramReader {
    private final ByteSource source;
    private int[] labels = {};
    private int nextLabel;

    private ProgramReader(byte[] bytes) {
        this.source = new ByteSource(bytes);
    }

    /**
     * The program.
     *
     * @param place what to call the bytes in messages
     * @throws BinaryException if they are none
     */
    public static LpuProgram program(String place, byte[] bytes) {
        ProgramReader reader = new ProgramReader(bytes);
        try {
            return reader.read();
        } catch (LpuException wrong) {
            throw new BinaryException(
                    place + ": is no program for an LPU: at byte " + reader.source.position() + " it "
                            + (wrong instanceof BinaryException ? "" : "does not fit: ") + wrong.getMessage()
                            + ". Compile or assemble it again.",
                    wrong);
        }
    }

    private LpuProgram read() {
        if (!source.accept(ProgramWriter.MAGIC)) {
            throw new BinaryException("does not begin with LPUP");
        }
        int version = source.number();
        if (version != ProgramWriter.VERSION) {
            throw new BinaryException("has version " + version + ", and only " + ProgramWriter.VERSION + " is known");
        }
        String machine = source.text();
        Topology topology = source.constant(Topology.class);
        labels();
        List<LaneMap> maps = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            maps.add(new LaneMap(signed(source.count())));
        }
        List<Block> blocks = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            blocks.add(block());
        }
        List<List<Placement>> chips = chips(blocks);
        List<Buffer> buffers = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            buffers.add(buffer());
        }
        List<TextPlace> text = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            text.add(textPlace());
        }
        source.end();
        if (nextLabel != labels.length) {
            throw new BinaryException("has more labels than instructions have");
        }
        return new LpuProgram(machine, topology, maps, blocks, chips, buffers, text);
    }

    private void labels() {
        labels = new int[source.count()];
        int label = 0;
        for (int i = 0; i < labels.length; i++) {
            label += source.signed();
            labels[i] = label;
        }
    }

    private int label() {
        if (labels.length == 0) {
            return 0;
        }
        if (nextLabel == labels.length) {
            throw new BinaryException("has fewer labels than instructions have");
        }
        return labels[nextLabel++];
    }

    private Block block() {
        String name = source.text();
        int bases = source.number();
        Map<Queue, List<Entry>> queues = new TreeMap<>();
        for (int i = source.count(); i > 0; i--) {
            Queue queue = Queue.of(source.number());
            if (queues.put(queue, entries()) != null) {
                throw new BinaryException("has queue " + queue + " twice in block " + name);
            }
        }
        return new Block(name, bases, queues);
    }

    private List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        InstructionReader instructions = new InstructionReader(source, this::label, this::address);
        long free = 0;
        for (int i = source.count(); i > 0; i--) {
            long cycle = free + source.number();
            if (cycle > Integer.MAX_VALUE) {
                throw new BinaryException("has a block of more than 2^31 cycles");
            }
            Instruction instruction = instructions.read();
            Repeat inner = repeat();
            Entry entry = new Entry((int) cycle, instruction, inner, repeat());
            entries.add(entry);
            free = entry.lastCycle() + 1;
        }
        return entries;
    }

    private Repeat repeat() {
        int further = source.number();
        return further == 0
                ? Repeat.ONCE
                : new Repeat(Math.addExact(further, 1), source.number(), source.signed(), source.signed());
    }

    private List<List<Placement>> chips(List<Block> blocks) {
        List<List<Placement>> chips = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            int same = source.number();
            if (same > chips.size()) {
                throw new BinaryException("has a chip that does the same as a later one");
            }
            chips.add(same > 0 ? chips.get(same - 1) : placements(blocks));
        }
        return chips;
    }

    private List<Placement> placements(List<Block> blocks) {
        List<Placement> placements = new ArrayList<>();
        for (int i = source.count(); i > 0; i--) {
            int block = source.number();
            if (block >= blocks.size()) {
                throw new BinaryException("places block " + block + " of " + blocks.size());
            }
            placements.add(new Placement(
                    block, source.longNumber(), signed(blocks.get(block).bases())));
        }
        return placements;
    }

    private Buffer buffer() {
        return new Buffer(
                source.text(),
                source.constant(Buffer.Use.class),
                source.number(),
                source.constant(Element.class),
                source.constant(Hemisphere.class),
                source.number(),
                source.number(),
                source.number());
    }

    private TextPlace textPlace() {
        return new TextPlace(
                source.number(),
                Queue.of(source.number()),
                source.constant(Hemisphere.class),
                source.number(),
                source.number(),
                source.number());
    }

    private Address address() {
        int base = source.number() - 1;
        return new Address(source.number(), base);
    }

    private List<Integer> signed(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(source.signed());
        }
        return numbers;
    }
}
