package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.fetch.ProgramText;
import dev.lockstep.compiler.fetch.TextException;
import dev.lockstep.compiler.kernel.Chip;
import dev.lockstep.compiler.kernel.Handover;
import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.kernel.Labels;
import dev.lockstep.compiler.kernel.Maps;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Makes the program of a token: blocks for segments of the same structure, placed one after another on the chips of their stage, and handovers between stages. */
final class TokenCompiler {
    /** Names of what a program leaves behind. */
    static final String LOGITS = "logits";

    static final String TOKEN = "token";

    /** What names of weights begin with in a layer. */
    private static final Pattern LAYER = Pattern.compile("blk\\.\\d+\\.");

    private final ModelPlan plan;
    private final Machine machine;
    private final Wiring wiring;
    private final StepInputs inputs;
    private final Chip chip;
    private final Maps maps = new Maps();
    private final List<Block> blocks = new ArrayList<>();
    private final List<List<Placement>> placements = new ArrayList<>();
    private final long[] ends;
    private final List<Scheduler.Span> phases = new ArrayList<>();
    private final Map<String, Long> path = new LinkedHashMap<>();
    private long now;

    TokenCompiler(ModelPlan plan, Machine machine, Wiring wiring, StepInputs inputs) {
        this.plan = plan;
        this.machine = machine;
        this.wiring = wiring;
        this.inputs = inputs;
        this.chip = new Chip(machine);
        this.ends = new long[wiring.chips()];
        for (int c = 0; c < wiring.chips(); c++) {
            placements.add(new ArrayList<>());
        }
    }

    CompiledModel.TokenProgram compile(int positions) {
        begin(positions);
        Map<String, BlockCompiler.Result> known = new HashMap<>();
        Map<String, Integer> numbers = new HashMap<>();
        BlockCompiler.Result last = null;
        for (int i = 0; i < plan.segments().size(); i++) {
            if (i > 0 && plan.stage(i) != plan.stage(i - 1)) {
                handOver(plan.stage(i - 1), plan.stage(i));
            }
            SegmentPlan segment = plan.segments().get(i);
            String structure = segment.segment().structure();
            last = known.computeIfAbsent(structure, _ -> {
                String name = segment.segment().name() + "-" + blocks.size();
                BlockCompiler.Result result = new BlockCompiler(chip, maps, plan, segment, positions).compile(name);
                numbers.put(structure, blocks.size());
                blocks.add(result.block());
                return result;
            });
            place(i, numbers.get(structure), last);
        }
        if (last == null) {
            throw new IllegalStateException("a model without segments");
        }
        Vectors logits = last.logits().orElseThrow();
        LpuProgram program =
                new LpuProgram(machine.name(), wiring.topology(), maps.all(), blocks, placements, buffers(logits));
        long tiles = machine.whole(Quantity.TILES);
        List<Long> completions =
                Arrays.stream(ends).map(end -> end + tiles).boxed().toList();
        try {
            return new CompiledModel.TokenProgram(
                    ProgramText.fetched(machine, program, plan.textRooms()), completions, phases, path, true);
        } catch (TextException noPlace) {
            // Such a program is told apart in reports, as resting on one more assumption.
            return new CompiledModel.TokenProgram(program, completions, phases, path, false);
        }
    }

    /** All chips begin with what depends on the token's position, and those of the first stage with its embedding. */
    private void begin(int positions) {
        for (int stage = 0; stage < plan.stages(); stage++) {
            Scheduler scheduler = new Scheduler(machine);
            Kernels kernels = new Kernels(chip, new Labels(), maps, scheduler);
            if (stage == 0) {
                plan.embedding().ifPresent(embedding -> new EmbeddingCompiler(kernels, plan, embedding).compile());
            }
            if (!plan.graph().attentions().isEmpty()) {
                new StepTable(plan).lookUp(kernels);
                new PositionTables(plan)
                        .lookUp(kernels, Math.ceilDiv(positions, plan.cut().lanes()));
            }
            int shared = plan.cut().chips();
            for (int c = stage * shared; c < (stage + 1) * shared; c++) {
                placements.get(c).add(new Placement(blocks.size(), 0, bases(c, plan.home(0), plan.cut(), List.of())));
                ends[c] = scheduler.length();
            }
            blocks.add(scheduler.block("begin-" + blocks.size(), Bases.count(shared, 0)));
            if (stage == 0) {
                extend(scheduler.path());
                phases.addAll(scheduler.spans());
                now = scheduler.length();
            }
        }
    }

    private void place(int segment, int block, BlockCompiler.Result result) {
        int shared = plan.cut().chips();
        int first = plan.stage(segment) * shared;
        for (int c = first; c < first + shared; c++) {
            placements.get(c).add(new Placement(block, now, bases(c, segment)));
            ends[c] = now + result.length();
        }
        for (Scheduler.Span span : result.spans()) {
            phases.add(new Scheduler.Span(span.name(), (int) now + span.first(), (int) now + span.last()));
        }
        extend(result.path());
        now += result.length();
    }

    /** Kernels of a block begin when the block before is over, so that their chains follow one another. */
    private void extend(Map<String, Integer> cycles) {
        cycles.forEach((name, count) -> path.merge(LAYER.matcher(name).replaceFirst(""), (long) count, Long::sum));
    }

    /** Brings the residual stream to the next stage. */
    private void handOver(int from, int to) {
        Map<Integer, Fragment> fragments = new Handover(chip, wiring, plan.map().row()).fragments(from, to);
        int first =
                fragments.values().stream().mapToInt(Fragment::firstCycle).min().orElseThrow();
        long end = now;
        for (Map.Entry<Integer, Fragment> entry : fragments.entrySet()) {
            int number = entry.getKey();
            Scheduler scheduler = new Scheduler(machine);
            long start = now - first - scheduler.place(entry.getValue());
            placements.get(number).add(new Placement(blocks.size(), start, List.of()));
            blocks.add(scheduler.block("handover-" + blocks.size(), 0));
            ends[number] = start + scheduler.length();
            end = Math.max(end, ends[number]);
        }
        phases.add(new Scheduler.Span("hand over", (int) now, (int) end));
        extend(Map.of("hand over", (int) (end - now)));
        now = end;
    }

    private List<Buffer> buffers(Vectors logits) {
        List<Buffer> buffers = new ArrayList<>();
        int shared = plan.cut().chips();
        for (int c = 0; c < wiring.chips(); c++) {
            buffers.addAll(inputs.buffers(c));
            if (c / shared == plan.stages() - 1) {
                buffers.add(output(LOGITS, c, logits));
                buffers.add(output(TOKEN, c, plan.map().token()));
            }
        }
        return buffers;
    }

    private static Buffer output(String name, int chip, Vectors vectors) {
        return new Buffer(
                name,
                Buffer.Use.OUTPUT,
                chip,
                vectors.type(),
                vectors.hemisphere(),
                vectors.slice(),
                vectors.word(),
                vectors.count());
    }

    private List<Integer> bases(int number, int segment) {
        SegmentPlan segmentPlan = plan.segments().get(segment);
        return bases(number, plan.home(segment), segmentPlan.cut(), segmentPlan.gathered());
    }

    private List<Integer> bases(int number, ModelPlan.Home home, SegmentPlan.Cut cut, List<SegmentPlan.Gathered> rows) {
        int shared = cut.chips();
        int[] bases = new int[Bases.count(shared, rows.size())];
        bases[Bases.WEIGHTS] = home.weights();
        bases[Bases.CONSTANTS] = home.constants();
        bases[Bases.CACHES] = home.caches();
        for (int port = -1; shared > 1 && port < shared - 1; port++) {
            int peer =
                    port < 0 ? number : wiring.peer(number, port).orElseThrow().chip();
            int shards = cut.shardsPerChip();
            bases[Bases.residualShare(port)] = peer % shared * plan.residual().perChip(shards);
            for (SegmentPlan.Gathered row : rows) {
                bases[Bases.gatheredShare(row.number(), port, shared)] =
                        peer % shared * row.space().perChip(shards);
            }
        }
        return Arrays.stream(bases).boxed().toList();
    }
}
