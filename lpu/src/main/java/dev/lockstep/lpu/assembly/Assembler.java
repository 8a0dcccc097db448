package dev.lockstep.lpu.assembly;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;
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

/** Reads programs from text. The package description shows the form. */
public final class Assembler {
    /** More chips than any published topology joins. */
    private static final int MOST_CHIPS = 10_440;

    private final List<LaneMap> maps = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<List<Placement>> chips = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<TextPlace> text = new ArrayList<>();
    private final Map<Queue, List<Entry>> queues = new TreeMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private String machine = "lpu-v1";
    private Topology topology = Topology.NODE;
    private String block = "";
    private int bases = -1;
    private int alike;
    private List<Entry> queue = new ArrayList<>();
    private boolean inQueue;

    private Assembler() {}

    /**
     * The program that a text describes.
     *
     * @throws AssemblyException naming the first line that is wrong
     */
    public static LpuProgram program(String text) {
        Assembler assembler = new Assembler();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            assembler.inLine(number, () -> assembler.line(line));
        }
        int last = number;
        assembler.inLine(last, assembler::finish);
        return new LpuProgram(
                assembler.machine,
                assembler.topology,
                assembler.maps,
                assembler.blocks,
                assembler.chips,
                assembler.buffers,
                assembler.text);
    }

    private void inLine(int number, Runnable work) {
        try {
            work.run();
        } catch (AssemblyException | IsaException wrong) {
            throw new AssemblyException("line " + number + ": " + wrong.getMessage(), wrong);
        }
    }

    private void line(String line) {
        Words words = new Words(line);
        if (words.isEmpty()) {
            return;
        }
        String first = words.word("a word");
        switch (first) {
            case "machine" -> machine = words.word("a machine");
            case "topology" -> topology = words.constantOf(Topology.class, "a topology");
            case "map" -> maps.add(new LaneMap(numbers(words)));
            case "block" -> block(words);
            case "queue" -> queue(words);
            case "chip" -> chip(words);
            case "place" -> place(words);
            case "buffer" -> buffer(words);
            case "text" -> text(words);
            default -> instruction(first, words);
        }
        words.end();
    }

    private void block(Words words) {
        finish();
        block = words.word("a name");
        words.expect("bases");
        bases = words.number("a number of bases");
        if (bases < 0) {
            throw new AssemblyException("a block cannot have " + bases + " bases");
        }
    }

    private void queue(Words words) {
        if (bases < 0) {
            throw new AssemblyException("a queue belongs into a block");
        }
        Queue key = queueName(words);
        if (queues.containsKey(key)) {
            throw new AssemblyException("queue " + key + " comes twice in the block");
        }
        queue = new ArrayList<>();
        queues.put(key, queue);
        inQueue = true;
    }

    private void instruction(String cycle, Words words) {
        if (!inQueue) {
            throw new AssemblyException("'" + cycle + "' is neither a directive nor an instruction of a queue");
        }
        if (!cycle.endsWith(":")) {
            throw new AssemblyException("an instruction begins with its cycle and a colon, not with '" + cycle + "'");
        }
        int at = Words.number(cycle.substring(0, cycle.length() - 1), "a cycle");
        Instruction instruction = new InstructionParser(words).instruction();
        Repeat inner = repeat(words);
        Repeat outer = repeat(words);
        queue.add(new Entry(at, instruction, inner, outer));
    }

    private static Repeat repeat(Words words) {
        if (!words.accept("repeat")) {
            return Repeat.ONCE;
        }
        int count = words.number("a number of times");
        words.expect("every");
        int interval = words.number("a number of cycles");
        int word = words.accept("word") ? words.number("a number of words") : 0;
        int label = words.accept("label") ? words.number("a number of labels") : 0;
        return new Repeat(count, interval, word, label);
    }

    private void chip(Words words) {
        finish();
        alike = words.accept("*") ? words.number("a number of chips") : 1;
        if (alike < 1 || chips.size() + alike > MOST_CHIPS) {
            throw new AssemblyException("a system has 1 to " + MOST_CHIPS + " chips");
        }
    }

    private void place(Words words) {
        if (alike == 0) {
            throw new AssemblyException("a placement belongs to a chip");
        }
        int which = words.number("a block");
        words.expect("at");
        long start = words.longNumber("a cycle");
        placements.add(new Placement(which, start, words.accept("bases") ? numbers(words) : List.of()));
    }

    private void buffer(Words words) {
        String name = words.word("a name");
        Buffer.Use use = words.constantOf(Buffer.Use.class, "'input' or 'output'");
        words.expect("chip");
        int chip = words.number("a chip");
        Element type = words.constantOf(Element.class, "an element type");
        Hemisphere hemisphere = hemisphere(words);
        int slice = words.number("a slice");
        words.expect("word");
        int word = words.number("a word");
        words.expect("vectors");
        buffers.add(new Buffer(name, use, chip, type, hemisphere, slice, word, words.number("a number of vectors")));
    }

    private void text(Words words) {
        Queue key = queueName(words);
        words.expect("chip");
        int chip = words.number("a chip");
        words.expect("in");
        Hemisphere hemisphere = hemisphere(words);
        int slice = words.number("a slice");
        words.expect("word");
        int word = words.number("a word");
        words.expect("fetches");
        text.add(new TextPlace(chip, key, hemisphere, slice, word, words.number("a number of fetches")));
    }

    private static Queue queueName(Words words) {
        String name = words.word("a queue");
        return Queue.parse(name).orElseThrow(() -> new AssemblyException("there is no queue '" + name + "'"));
    }

    private static Hemisphere hemisphere(Words words) {
        String side = words.word("'w' or 'e'");
        return switch (side) {
            case "w" -> Hemisphere.WEST;
            case "e" -> Hemisphere.EAST;
            default -> throw new AssemblyException("a hemisphere is 'w' or 'e', not '" + side + "'");
        };
    }

    /** Ends the block or the chip that the lines before described. */
    private void finish() {
        if (bases >= 0) {
            blocks.add(new Block(block, bases, queues));
            queues.clear();
            inQueue = false;
            bases = -1;
        }
        if (alike > 0) {
            List<Placement> shared = List.copyOf(placements);
            for (int i = 0; i < alike; i++) {
                chips.add(shared);
            }
            placements.clear();
            alike = 0;
        }
    }

    private static List<Integer> numbers(Words words) {
        List<Integer> numbers = new ArrayList<>();
        while (!words.isEmpty()) {
            numbers.add(words.number("a number"));
        }
        return numbers;
    }
}
