package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;

/** What the parts of a stage share while it is scheduled. */
final class Stage {
    private static final int ROW_STREAM = 0;
    private static final int SHIFT_STREAM = 12;
    private static final int SHARE_STREAM = 20;
    /** Words of a whole tile. */
    private static final int TILE = 20;

    private final StepRow stepRow;
    private final Scheduler scheduler;
    private final Layout layout = new Layout();
    private final Arrays arrays;
    private final Constants constants;
    private final Sums sums;
    private final OutputSums outputs;
    private final NormFactor norm;
    private final int onesHalf;
    private final int scratch;
    private final Map<List<Integer>, Integer> laneNumbers = new HashMap<>();
    private int expertOnes = -1;
    private int groupOnes = -1;
    private final Map<List<Integer>, Integer> neighbours = new HashMap<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<Runnable> appends = new ArrayList<>();
    private int half;

    Stage(
            Geometry geometry,
            WeightPrecision precision,
            SumForm form,
            StepRow stepRow,
            int nodeChips,
            int nodes,
            int carriers,
            int width) {
        this.stepRow = stepRow;
        scheduler = new Scheduler(geometry, nodeChips);
        arrays = new Arrays(scheduler, precision);
        constants = new Constants(scheduler);
        sums = new Sums(scheduler, form, nodes, carriers);
        outputs = new OutputSums(scheduler, arrays, sums, constants, layout);
        int tile = geometry.machine().lanes() / 16;
        norm = new NormFactor(scheduler, arrays, layout.streaming(tile), width, 0);
        onesHalf = layout.streaming(tile);
        scratch = layout.streaming(tile);
    }

    StepRow stepRow() {
        return stepRow;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Layout layout() {
        return layout;
    }

    Arrays arrays() {
        return arrays;
    }

    Constants constants() {
        return constants;
    }

    Sums sums() {
        return sums;
    }

    OutputSums outputs() {
        return outputs;
    }

    NormFactor norm() {
        return norm;
    }

    /** Word of a tile of ones, FP16. */
    int onesHalf() {
        return onesHalf;
    }

    /** Notes a phase of the half layer that is being placed. */
    void mark(Mark.Phase phase, long start, long end) {
        marks.add(new Mark(half, phase, start, end));
    }

    /** A sum ends when its last vector has arrived. */
    void markSum(long start, List<Sums.Sent> sent) {
        mark(Mark.Phase.SUM, start, sums.end(sent));
    }

    /** The half layers that follow, counted from the stage's first; -1 for the output matrix. */
    void beginHalf(int number) {
        half = number;
        layout.contents().beginHalf(number);
    }

    /** Values of a half layer are appended after the next one has been placed, where that leaves arrays idle. */
    void appendLater(List<Cache> caches, long from) {
        caches.forEach(cache -> appends.add(() -> cache.append(from)));
    }

    /** Places what was to be appended later. */
    void append() {
        appends.forEach(Runnable::run);
        appends.clear();
    }

    List<Mark> marks() {
        return List.copyOf(marks);
    }

    /** Word of a tile of FP16 whose inputs count for the numbers of a chip's experts. */
    int laneNumbers(RoutingShape experts) {
        return laneNumbers.computeIfAbsent(List.of(experts.first(), experts.own(), experts.all()), key -> {
            int word = layout.streaming(TILE);
            layout.contents().laneNumbers(word, experts);
            return word;
        });
    }

    /** Word of a tile of ones, FP16, for as many inputs as there are experts. */
    int expertOnes() {
        if (expertOnes < 0) {
            expertOnes = layout.streaming(TILE);
            layout.contents().expertOnes(expertOnes);
        }
        return expertOnes;
    }

    /** Word of a tile of FP16 with ones for the experts of a lane's group. */
    int groupOnes() {
        if (groupOnes < 0) {
            groupOnes = layout.streaming(TILE);
            layout.contents().groupOnes(groupOnes);
        }
        return groupOnes;
    }

    /** Word that is one in the lanes of experts that have a neighbour so many lanes further, of their group if that is not 0. */
    int neighbours(int lanes, int group) {
        return neighbours.computeIfAbsent(List.of(lanes, group), key -> {
            int word = layout.constant();
            layout.contents().neighbours(word, lanes, group);
            return word;
        });
    }

    /** Room for a tile, all zero but for what is written and taken back. */
    int scratch() {
        return scratch;
    }

    List<Place> residualRows(int blocks) {
        List<Place> rows = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            rows.add(Layout.residual(block));
        }
        return rows;
    }

    /** A value as a row of FP16 in both hemispheres' memory; returns the key from which on it can be read. */
    long row(Kept value, long cycle, Place place) {
        return row(value.operand(), cycle, place);
    }

    /** Writes the share of what is in a place; returns the cycle from which on it can be read. */
    long share(Kept share, int place) {
        Geometry geometry = scheduler.geometry();
        Kept narrow = scheduler
                .all()
                .narrow(share.operand(), share.ready(), share.ready(), Geometry.out(Hemisphere.EAST, SHARE_STREAM));
        long u = geometry.outwardAt(narrow.ready());
        scheduler.through(u);
        scheduler.all().writeOutward(Hemisphere.EAST, Layout.share(place), SHARE_STREAM, narrow.label(), u);
        return geometry.taken(u + 2L * geometry.switches);
    }

    /** What flows inward from the switch of a side, to which a value of FP32 has been sent in a cycle, moved down by so many lanes. */
    Operand shifted(Kept value, Hemisphere side, long cycle, int lanes) {
        Geometry geometry = scheduler.geometry();
        Group all = scheduler.all();
        Stream out = Geometry.out(side, SHIFT_STREAM);
        Kept copy = all.unary(UnaryOperation.COPY, Element.FP32, value.operand(), cycle, cycle, out);
        long u = geometry.outwardAt(copy.ready());
        scheduler.through(u);
        Flow to = new Flow(Geometry.in(side, SHIFT_STREAM), scheduler.label());
        all.put(
                new Queue(Queue.Unit.SHIFTER, side, 0),
                u + geometry.switches,
                new SwitchInstruction.Shift(Element.FP32.planes(), new Flow(out, copy.label()), lanes, to));
        return new Operand.OfStream(to);
    }

    /** When the vector unit takes what it has sent to a switch in a cycle to be shifted. */
    long backFrom(long cycle) {
        Geometry geometry = scheduler.geometry();
        long u = geometry.outwardAt(cycle + geometry.alu);
        return geometry.taken(u + 2L * geometry.switches + geometry.machine().whole(Quantity.SHIFT_CYCLES));
    }

    long row(Operand value, long cycle, Place place) {
        Geometry geometry = scheduler.geometry();
        long u = geometry.outwardAt(cycle + geometry.alu);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            Stream out = Geometry.out(hemisphere, ROW_STREAM);
            scheduler.alone(out, u);
            Kept narrow = scheduler.all().narrow(value, cycle, cycle, out);
            scheduler.all().writeOutward(hemisphere, place, ROW_STREAM, narrow.label(), u);
        }
        return u + 1 + geometry.read;
    }

    /** Outputs of a sweep, tile after tile, times their scales; each stays until a cycle. */
    List<Kept> scaled(int tiles, List<Sweep.Sums> results, IntToLongFunction until) {
        List<Kept> scaled = new ArrayList<>();
        for (int tile = 0; tile < tiles; tile++) {
            Plane plane = arrays.planes().get(tile % arrays.planes().size());
            Sweep.Sums sums = results.get(tile / arrays.planes().size());
            int label = Objects.requireNonNull(sums.labels().get(plane));
            int scale = layout.constant();
            long last = until.applyAsLong(tile);
            Kept[] kept = new Kept[1];
            scheduler.attempt(0, late -> kept[0] = constants.scaled(plane, label, sums.w(), scale, last));
            scaled.add(kept[0]);
        }
        return scaled;
    }

    /** Sums whose inputs were cut between the planes of a hemisphere, added and times their scales; they are complete in a cycle. */
    Kept bothPlanes(Sweep.Sums sums, int firstPlane, int scale, long until) {
        Group all = scheduler.all();
        Geometry geometry = scheduler.geometry();
        Plane even = arrays.planes().get(firstPlane);
        Plane odd = arrays.planes().get(firstPlane + 1);
        Integer evenLabel = Objects.requireNonNull(sums.labels().get(even));
        Integer oddLabel = sums.labels().get(odd);
        if (oddLabel == null) {
            return constants.scaled(even, evenLabel, sums.w(), scale, until);
        }
        // The odd half comes later: its row went second.
        long first = geometry.taken(Objects.requireNonNull(sums.keys().get(even)));
        long second = geometry.taken(Objects.requireNonNull(sums.keys().get(odd)));
        Kept early = all.unary(
                UnaryOperation.COPY, Element.FP32, Constants.sums(even, evenLabel), first, second + geometry.alu);
        Kept late = all.unary(
                UnaryOperation.COPY, Element.FP32, Constants.sums(odd, oddLabel), second, second + geometry.alu);
        // The scale is read as late as possible: sums come when they come, but this can give way to others.
        long scaled = until - geometry.alu;
        Kept sum = all.binary(BinaryOperation.ADD, early.operand(), late.operand(), late.ready(), scaled);
        return all.binary(
                BinaryOperation.MUL, sum.operand(), constants.at(even.hemisphere(), scale, scaled), scaled, until);
    }

    /** What a half layer finds after its residual has arrived. */
    Residual residual(List<Arrival> arrivals, int blocks) {
        long[] available = new long[blocks];
        long earliest = Long.MAX_VALUE;
        for (Arrival arrival : arrivals) {
            available[arrival.block()] = arrival.outward();
            earliest = Math.min(earliest, available[arrival.block()]);
        }
        long squares = norm.squares(arrivals);
        // Where a row has many blocks, the first have arrived before the last are computed: the arrays are not free
        // yet.
        return new Residual(available, squares, Math.max(outputs.end(), earliest - 64));
    }
}
