package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Chip;
import dev.lockstep.compiler.kernel.Maps;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.MemoryImage;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model laid out over the chips of a node. For every bucket of positions there is a program that computes one token; all of them use the
 * same memory, so that a text can grow from bucket to bucket.
 */
public final class CompiledModel {
    private final ModelPlan plan;
    private final Machine machine;
    private final Map<String, Tensor> tensors;
    private final StepInputs inputs;
    private final Map<Integer, TokenProgram> programs = new TreeMap<>();

    /**
     * @param program computes one token
     * @param predictedCycles what it takes, as the schedule has it
     * @param phases what the first chip does when
     */
    public record TokenProgram(LpuProgram program, long predictedCycles, List<Scheduler.Span> phases) {}

    CompiledModel(ModelPlan plan, Machine machine, Map<String, Tensor> tensors) {
        this.plan = plan;
        this.machine = machine;
        this.tensors = tensors;
        this.inputs = new StepInputs(plan);
    }

    public int chips() {
        return plan.cut().chips();
    }

    /** Most positions of a text. */
    public int capacity() {
        return plan.map().capacity();
    }

    public Graph graph() {
        return plan.graph();
    }

    /** What memory holds at first. */
    public MemoryImage image() {
        return new ModelImage(plan, tensors);
    }

    /** The program for a token at a position. */
    public TokenProgram program(int position) {
        return programs.computeIfAbsent(bucket(position), this::compile);
    }

    /** What to write into a vector of an input buffer before a token: one element a lane, as bits. */
    public int[] input(Buffer buffer, int vector, int token, int position) {
        Op.Embedding embedding = (Op.Embedding) plan.graph().nodes().getFirst().op();
        return inputs.lanes(buffer.name(), vector, tensors.get(embedding.table().name()), token, position);
    }

    /** Puts what a vector of an output buffer holds where it belongs among the logits. */
    public void output(Buffer buffer, int vector, int[] lanes, float[] logits) {
        Space space = plan.segments().getLast().linears().getLast().rows();
        int[] elements = space.vectors().get(buffer.chip() * buffer.vectors() + vector);
        for (int lane = 0; lane < elements.length; lane++) {
            if (elements[lane] != Space.NOTHING) {
                logits[elements[lane]] = Float.intBitsToFloat(lanes[lane]);
            }
        }
    }

    /** The smallest bucket that holds a position. */
    private int bucket(int position) {
        if (position < 0 || position >= capacity()) {
            throw new IndexOutOfBoundsException("position " + position + " of " + capacity());
        }
        int bucket = 64;
        while (bucket <= position) {
            bucket *= 2;
        }
        return Math.min(bucket, capacity());
    }

    private TokenProgram compile(int positions) {
        Maps maps = new Maps();
        Chip chip = new Chip(machine);
        Map<String, Integer> known = new HashMap<>();
        List<Block> blocks = new ArrayList<>();
        List<BlockCompiler.Result> results = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (SegmentPlan segment : plan.segments()) {
            String structure = segment.segment().structure();
            Integer index = known.get(structure);
            if (index == null) {
                index = blocks.size();
                BlockCompiler.Result result = new BlockCompiler(chip, maps, segment, plan.cut(), plan.map(), positions)
                        .compile(segment.segment().name() + "-" + index);
                blocks.add(result.block());
                results.add(result);
                known.put(structure, index);
            }
            order.add(index);
        }
        List<List<Placement>> placements = new ArrayList<>();
        for (int c = 0; c < chips(); c++) {
            placements.add(placements(c, order, results));
        }
        long end = 0;
        List<Scheduler.Span> phases = new ArrayList<>();
        for (int index : order) {
            for (Scheduler.Span span : results.get(index).spans()) {
                phases.add(new Scheduler.Span(span.name(), (int) end + span.first(), (int) end + span.last()));
            }
            end += results.get(index).length();
        }
        Vectors logits = results.get(order.getLast()).logits().orElseThrow();
        LpuProgram program =
                new LpuProgram(machine.name(), Topology.NODE, maps.all(), blocks, placements, buffers(logits));
        return new TokenProgram(program, end + machine.whole(Quantity.TILES), phases);
    }

    private List<Buffer> buffers(Vectors logits) {
        List<Buffer> buffers = new ArrayList<>();
        for (int chip = 0; chip < chips(); chip++) {
            buffers.addAll(inputs.buffers(chip));
            buffers.add(new Buffer(
                    "logits",
                    Buffer.Use.OUTPUT,
                    chip,
                    logits.type(),
                    logits.hemisphere(),
                    logits.slice(),
                    logits.word(),
                    logits.count()));
        }
        return buffers;
    }

    private List<Placement> placements(int chip, List<Integer> order, List<BlockCompiler.Result> results) {
        List<Placement> placements = new ArrayList<>();
        long start = 0;
        for (int i = 0; i < order.size(); i++) {
            placements.add(new Placement(order.get(i), start, bases(chip, i)));
            start += results.get(order.get(i)).length();
        }
        return placements;
    }

    private List<Integer> bases(int chip, int segment) {
        ModelPlan.Home home = plan.home(segment);
        Map<Integer, Integer> bases = new LinkedHashMap<>();
        bases.put(Bases.WEIGHTS, home.weights());
        bases.put(Bases.CONSTANTS, home.constants());
        bases.put(Bases.KEYS, home.keys());
        bases.put(Bases.VALUES, home.values());
        if (chips() > 1) {
            Wiring wiring = Wiring.of(machine, Topology.NODE, chips());
            int residual = plan.residual().perShard() * plan.cut().shardsPerChip();
            int gathered =
                    plan.segments().get(segment).gathered().map(Space::perShard).orElse(0)
                            * plan.cut().shardsPerChip();
            for (int port = -1; port < chips() - 1; port++) {
                int peer =
                        port < 0 ? chip : wiring.peer(chip, port).orElseThrow().chip();
                bases.put(Bases.residualShare(port), peer * residual);
                bases.put(Bases.gatheredShare(port, chips()), peer * gathered);
            }
        }
        List<Integer> list = new ArrayList<>();
        for (int base = 0; base < Bases.count(chips()); base++) {
            list.add(bases.get(base));
        }
        return list;
    }
}
