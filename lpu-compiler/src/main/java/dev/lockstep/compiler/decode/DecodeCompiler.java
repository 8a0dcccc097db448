package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Schedules a decoding step over all chips: each stage that differs from those before it once. */
public final class DecodeCompiler {
    private final Question question;
    private final Partition partition;
    private final StageScheduler scheduler;
    private final Map<Key, Integer> known = new HashMap<>();
    private final List<StageBlocks> stages = new ArrayList<>();
    private final List<Transfer> transfers;
    /** Which of the {@link #stages} each stage of the pipeline is. */
    private final List<Integer> kinds = new ArrayList<>();

    /** What makes two stages equal: their half layers, and how the residual comes to them. */
    private record Key(
            @Nullable Transfer enters,
            @Nullable Transfer leaves,
            List<Boolean> attends,
            List<List<Integer>> parts,
            List<LayerSizes> layers,
            List<Long> arrivals) {}

    private DecodeCompiler(Question question, Partition partition, StepRow row) {
        if (row.positions() < 1 || row.positions() > question.context()) {
            throw new IllegalArgumentException(row.positions() + " positions of a context of " + question.context()
                    + ": must be between 1 and that");
        }
        this.question = question;
        this.partition = partition;
        this.scheduler = new StageScheduler(question, partition, row);
        this.transfers = transfers();
    }

    /**
     * The step that sees all of the context.
     *
     * @throws IllegalArgumentException saying why such a model or partition cannot be scheduled
     */
    public static DecodeSchedule compile(Question question, Partition partition) {
        return compile(question, partition, question.context());
    }

    /**
     * A step that sees so many positions, the current one included. Caches have room for the context, so that steps of all positions find everything in the same
     * places.
     *
     * @throws IllegalArgumentException saying why such a model or partition cannot be scheduled
     */
    public static DecodeSchedule compile(Question question, Partition partition, int positions) {
        return compile(question, partition, StepRow.only(positions)).schedule();
    }

    /** A schedule, and what its stages are made of. */
    record WithStages(DecodeSchedule schedule, List<StageBlocks> stages) {
        /** Where everything lies in the memories of each stage's chips. */
        List<Layout> layouts() {
            return stages.stream().map(StageBlocks::layout).toList();
        }
    }

    static WithStages compile(Question question, Partition partition, StepRow row) {
        DecodeCompiler compiler = new DecodeCompiler(question, partition, row);
        DecodeSchedule schedule = compiler.compile();
        return new WithStages(
                schedule, compiler.kinds.stream().map(compiler.stages::get).toList());
    }

    /** Why such a model or partition cannot be scheduled; empty if it can, as far as one can tell without doing it. */
    public static String refusal(Question question, Partition partition) {
        try {
            new DecodeCompiler(question, partition, StepRow.only(question.context())).requirePossible();
            return "";
        } catch (IllegalArgumentException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private void requirePossible() {
        requireJoined();
        if (partition.split() == HeadSplit.BY_CONTEXT) {
            throw new IllegalArgumentException("sharing a context is bounded and estimated, but not scheduled yet");
        }
        if (partition.mostParts() > 1 && partition.form() == SumForm.ONE_SHOT) {
            throw new IllegalArgumentException(
                    "experts of a layer over several stages with one-shot sums are bounded and estimated, but not scheduled yet");
        }
        for (LayerSizes layer : question.model().layers()) {
            int context = question.context();
            Shape shape = Shape.of(question.machine(), question.model(), layer, partition.tensor(), context, context);
            FeedForwardHalf.requirePossible(shape, partition.precision());
            if (shape.latent() != null && partition.precision() != WeightPrecision.INT8) {
                throw new IllegalArgumentException(
                        "latent attention with FP16 weights is bounded and estimated, but not scheduled yet");
            }
        }
    }

    private DecodeSchedule compile() {
        requirePossible();
        List<Long> starts = new ArrayList<>();
        List<Sums.Sent> incoming = List.of();
        List<Sums.Sent> partial = List.of();
        long start = 0;
        for (int number = 0; number < partition.stages(); number++) {
            if (!incoming.isEmpty()) {
                long first = incoming.stream().mapToLong(Sums.Sent::low).min().orElseThrow();
                long shift = first - StageScheduler.LEAD;
                start += shift;
                incoming = incoming.stream().map(sent -> sent.later(-shift)).toList();
                partial = partial.stream().map(sent -> sent.later(-shift)).toList();
            }
            int kind = stage(number, incoming, partial);
            kinds.add(kind);
            starts.add(start);
            incoming = stages.get(kind).forwarded();
            partial = stages.get(kind).partial();
        }
        return assemble(starts);
    }

    private int stage(int number, List<Sums.Sent> incoming, List<Sums.Sent> partial) {
        List<Piece> pieces = partition.piecesOf(number);
        List<LayerSizes> sizes = pieces.stream()
                .map(piece -> question.model().layers().get(piece.half() / 2))
                .toList();
        List<Long> arrivals = Stream.of(incoming, partial)
                .flatMap(List::stream)
                .flatMap(sent -> Stream.of((long) sent.block(), sent.low(), sent.high()))
                .toList();
        Key key = new Key(
                transfer(number - 1),
                transfer(number),
                pieces.stream().map(Piece::attends).toList(),
                pieces.stream()
                        .map(piece -> List.of(piece.part(), piece.parts()))
                        .toList(),
                sizes,
                arrivals);
        Integer same = known.get(key);
        if (same != null) {
            return same;
        }
        StageBlocks stage = scheduler.schedule(number, incoming, partial, transfer(number - 1), transfer(number));
        int words = question.machine().wordsPerSlice();
        int needed = stage.words(question.users());
        if (needed > words) {
            throw new IllegalArgumentException("a chip of stage " + number + " would need " + needed
                    + " words in each streaming slice, which has " + words + "; use more chips or a shorter context");
        }
        stages.add(stage);
        known.put(key, stages.size() - 1);
        return stages.size() - 1;
    }

    private DecodeSchedule assemble(List<Long> starts) {
        int nodeChips = Math.min(partition.tensor(), question.machine().whole(Quantity.NODE_CHIPS));
        List<Block> blocks = new ArrayList<>();
        for (StageBlocks stage : stages) {
            blocks.addAll(stage.chips());
        }
        List<List<Placement>> chips = new ArrayList<>();
        List<Mark> marks = new ArrayList<>();
        long completed = 0;
        for (int number = 0; number < kinds.size(); number++) {
            int kind = kinds.get(number);
            StageBlocks stage = stages.get(kind);
            long start = starts.get(number);
            List<List<Placement>> perChip = new ArrayList<>();
            for (int chip = 0; chip < nodeChips; chip++) {
                perChip.add(List.of(new Placement(kind * nodeChips + chip, start, List.of(stage.words()))));
                completed = Math.max(completed, start + stage.completed().get(chip));
            }
            for (int chip = 0; chip < partition.tensor(); chip++) {
                chips.add(perChip.get(chip % nodeChips));
            }
            int moved = partition.firstHalf(number);
            for (Mark mark : stage.marks()) {
                if (hidden(number, mark.half() + moved)) {
                    continue;
                }
                Mark placed = mark.later(start);
                marks.add(new Mark(
                        mark.half() < 0 ? mark.half() : mark.half() + moved,
                        placed.phase(),
                        placed.start(),
                        placed.end()));
            }
        }
        fill(chips);
        LpuProgram program = new LpuProgram(
                question.machine().name(),
                question.topology(),
                List.of(new LaneMap(Rotation.SWAP)),
                blocks,
                chips,
                List.of());
        int users = question.users();
        return new DecodeSchedule(
                program,
                completed,
                stages.stream().mapToLong(StageBlocks::busy).max().orElse(0),
                List.copyOf(starts),
                List.copyOf(marks),
                stages.stream().mapToInt(stage -> stage.words(users)).max().orElse(0),
                stages.stream()
                        .flatMap(stage -> Collections.nCopies(nodeChips, stage.cached()).stream())
                        .toList(),
                blocks.size());
    }

    /** Whether a half layer goes on in other stages: these work at the same time, so only the phases of the last one count. */
    private boolean hidden(int stage, int half) {
        return partition.piecesOf(stage).stream().anyMatch(piece -> piece.half() == half && !piece.completes());
    }

    /** Spare chips have nothing to do; they make the wiring what it is. */
    private void fill(List<List<Placement>> chips) {
        while (chips.size() < question.chips()) {
            chips.add(List.of());
        }
    }

    /** Links from a stage to the next; null before the first and after the last. */
    private @Nullable Transfer transfer(int stage) {
        return stage < 0 || stage >= transfers.size() ? null : transfers.get(stage);
    }

    private List<Transfer> transfers() {
        int node = question.machine().whole(Quantity.NODE_CHIPS);
        int tensor = partition.tensor();
        List<Transfer> found = new ArrayList<>();
        if (partition.stages() == 1 || tensor % node != 0) {
            return found;
        }
        Wiring wiring = Wiring.of(question.machine(), question.topology(), question.chips());
        int local = question.machine().whole(Quantity.LOCAL_PORTS);
        int ports = question.machine().whole(Quantity.PORTS);
        for (int stage = 0; stage + 1 < partition.stages(); stage++) {
            int first = stage * tensor;
            found.add(Transfer.between(wiring, first, first + tensor, tensor / node, node, local, ports - 1));
        }
        return found;
    }

    /** Sums of four nodes need links that exist only where nodes are joined by fours; stages need some to the next. */
    private void requireJoined() {
        int node = question.machine().whole(Quantity.NODE_CHIPS);
        int tensor = partition.tensor();
        int nodes = question.chips() / node;
        boolean fours = nodes % 4 == 0 && question.chips() % node == 0;
        boolean quads = switch (question.topology()) {
            case QUADFOUR_LINE -> fours;
            case QUADFOUR_RING -> fours && nodes > 8;
            case DRAGONFLY -> question.chips() % node == 0;
            case NODE, DRAGONFLY_RACKS -> false;
        };
        String topology = question.topology().name().toLowerCase(Locale.ROOT);
        if (tensor > node && (tensor != 4 * node || !quads)) {
            throw new IllegalArgumentException(String.format(
                    "%d chips a stage on %s are bounded and estimated, but not scheduled yet: stages of 8 chips are, and of 32 on a"
                            + " quadfour line of a multiple of 32 chips, or ring of 96 or more, or dragonfly without racks",
                    tensor, topology));
        }
        boolean joined =
                transfers.stream().noneMatch(transfer -> transfer.links().isEmpty());
        if (partition.stages() > 1 && (tensor % node != 0 || !joined)) {
            throw new IllegalArgumentException("stages of " + tensor + " chips on " + topology
                    + " are bounded and estimated, but not scheduled yet: not all have links to the next");
        }
    }
}
