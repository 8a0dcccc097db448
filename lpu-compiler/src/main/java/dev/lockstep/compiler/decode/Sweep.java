package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The model's weights that stream through all planes, pass by pass, while rows of FP16 are multiplied with them. A pass loads as many groups
 * into each plane in two runs; the gap between runs lets a row through, and the gap after them installs what was loaded. The row of a pass comes
 * in the next pass's gap.
 */
final class Sweep {
    /** The outermost slices feed it, so that offsets reach all slices before weights take their place. */
    private static final int OFFSET_STREAM = 28;

    /**
     * One tile for each plane.
     *
     * @param groups of outputs
     * @param rows for each plane, which row is multiplied; -1 where the plane rests
     * @param outputs for each plane, which tile of the chip's outputs is computed
     * @param slot of the accumulators, whose sums start with the first pass after one that ends
     * @param end whether the sums end here, and flow to the vector unit
     * @param pace cycles from this pass to the next at least
     */
    record Pass(int groups, List<Integer> rows, List<Integer> outputs, int slot, boolean end, long pace) {}

    /** Sums that have not ended. */
    private record Open(Plane plane, int slot) {}

    /**
     * Sums of a pass.
     *
     * @param labels by plane
     * @param keys inward, by plane
     */
    record Sums(int pass, Map<Plane, Integer> labels, Map<Plane, Long> keys) {
        /** Key of the last one. */
        long w() {
            return java.util.Collections.max(keys.values());
        }
    }

    private final Arrays arrays;
    private final Constants constants;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final List<Pass> passes;
    private final List<Place> rows;
    private final List<Integer> words;
    private final Experts.@Nullable Passes chosen;
    /** Cycles by which offsets flow before the weights that they point to. */
    private final int read;

    Sweep(
            Arrays arrays,
            Scheduler scheduler,
            Layout layout,
            Contents.Matrix matrix,
            List<Pass> passes,
            List<Place> rows) {
        this(arrays, scheduler, layout, matrix, passes, rows, null);
    }

    /** @param chosen which experts' weights the passes read, and where; null if there are no experts */
    Sweep(
            Arrays arrays,
            Scheduler scheduler,
            Layout layout,
            Contents.Matrix matrix,
            List<Pass> passes,
            List<Place> rows,
            Experts.@Nullable Passes chosen) {
        this.chosen = chosen;
        this.read = scheduler.geometry().read;
        this.arrays = arrays;
        this.constants = new Constants(scheduler);
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.passes = List.copyOf(passes);
        this.rows = List.copyOf(rows);
        this.words = chosen != null ? chosen.words() : inOrder(layout);
        if (chosen == null) {
            note(layout.contents(), matrix, 0, 0, 0, pass -> true);
        }
    }

    private List<Integer> inOrder(Layout layout) {
        List<Integer> found = new ArrayList<>();
        int next = layout.streaming(passes.stream().mapToInt(Pass::groups).sum());
        for (Pass pass : passes) {
            found.add(next);
            next += pass.groups();
        }
        return found;
    }

    /**
     * Notes what some passes read, for an expert whose words begin {@code moved} further on.
     *
     * @param firstRow of the rows that this expert's inputs are counted from
     */
    void note(Contents contents, Contents.Matrix matrix, int expert, int moved, int firstRow, IntPredicate noted) {
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            for (int plane = 0; plane < arrays.planes().size(); plane++) {
                int row = pass.rows().get(plane);
                if (row >= 0 && noted.test(i)) {
                    contents.tile(
                            matrix,
                            arrays.planes().get(plane),
                            words.get(i) + moved,
                            pass.groups(),
                            expert,
                            row - firstRow,
                            pass.outputs().get(plane));
                }
            }
        }
    }

    /** Numbers of the tiles of so many planes, one after the other. */
    static List<Integer> outputs(int first, int planes) {
        return IntStream.range(first, first + planes).boxed().toList();
    }

    /**
     * Passes of all rows through tiles, of which the planes take as many as they are, with accumulators for each.
     *
     * @param rows that are multiplied with every tile
     * @param first tile, and
     * @param tiles how many
     * @param groups of outputs of a tile
     */
    static List<Pass> passes(int rows, int first, int tiles, int groups, int planes) {
        List<Pass> passes = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int slot = 0; slot * planes < tiles; slot++) {
                List<Integer> perPlane = new ArrayList<>();
                for (int plane = 0; plane < planes; plane++) {
                    perPlane.add(slot * planes + plane < tiles ? row : -1);
                }
                List<Integer> outputs = outputs(first + slot * planes, planes);
                passes.add(new Pass(groups, perPlane, outputs, slot, row == rows - 1, 0));
            }
        }
        return passes;
    }

    private static int run(Pass pass) {
        return (pass.groups() + 1) / 2;
    }

    /** The place of the offsets of a pass, if its weights belong to a chosen expert. */
    private Optional<Place> offset(int pass) {
        return chosen == null ? Optional.empty() : chosen.offsets().get(pass);
    }

    private int lead(int pass) {
        return offset(pass).isPresent() ? read : 0;
    }

    private int length(int pass) {
        return passes.get(pass).groups() + 2 + 2 * lead(pass);
    }

    /** The gap of a short pass would come before what was loaded is visible: its rows come before the next load instead. */
    private long pace(int pass) {
        Pass own = passes.get(pass);
        boolean visible = lead(pass) + run(own) + 1 >= geometry.installed;
        return visible ? own.pace() : Math.max(own.pace(), length(pass) + geometry.installed + 4L);
    }

    /** Keys from the beginning of a pass to that of the next at least. */
    private long step(int pass) {
        return Math.max(length(pass), pace(pass));
    }

    /** Whether the row of a pass comes while the next pass is loaded. */
    private boolean late(int pass) {
        return pass + 1 < passes.size() && pace(pass) <= length(pass);
    }

    /** Keys from the beginning of the load to which a row is tied, to the row: its own load if it comes right after that, else the next one. */
    private long rowAfter(int pass, Plane plane) {
        Pass own = passes.get(pass);
        boolean shared = own.rows().stream().filter(row -> row >= 0).distinct().count() < 2;
        if (!late(pass)) {
            return length(pass) - 1 + geometry.installed + (shared ? 0 : 2L * plane.index());
        }
        return shared || plane.index() == 0 ? lead(pass + 1) + run(passes.get(pass + 1)) : length(pass + 1) - 1;
    }

    /**
     * Places the sweep, pass after pass, each as soon as its rows are there and nothing else is in its way.
     *
     * @param available keys from which on rows can flow outward from memory
     * @param earliest key of the first load
     * @return the sums, in the order of their passes
     */
    List<Sums> place(long[] available, long earliest) {
        List<Sums> sums = new ArrayList<>();
        Set<Open> open = Set.of();
        long next = earliest;
        for (int pass = 0; pass < passes.size(); pass++) {
            int own = pass;
            List<Integer> tied = IntStream.rangeClosed(Math.max(0, pass - 1), pass)
                    .filter(other -> other == own ? !late(other) : late(other))
                    .boxed()
                    .toList();
            Set<Open> before = open;
            Set<Open> after = new HashSet<>();
            List<Sums> ended = new ArrayList<>();
            long start = scheduler.attempt(earliest(tied, available, next), at -> {
                after.clear();
                after.addAll(before);
                ended.clear();
                load(own, at);
                tied.forEach(other -> rows(other, at, after, ended));
            });
            open = after;
            sums.addAll(ended);
            next = start + step(pass);
        }
        end = next + geometry.installed + 4;
        return sums;
    }

    /** The first key of a load from one on to which rows are tied. */
    private long earliest(List<Integer> tied, long[] available, long from) {
        long earliest = from;
        for (int pass : tied) {
            for (Plane plane : arrays.planes()) {
                int row = row(pass, plane);
                if (row >= 0) {
                    earliest = Math.max(earliest, available[row] - rowAfter(pass, plane));
                }
            }
        }
        return earliest;
    }

    private void load(int pass, long start) {
        Pass own = passes.get(pass);
        int lead = lead(pass);
        long second = start + lead + run(own) + 1;
        arrays.occupy(start, lead + run(own), 1);
        arrays.occupy(second, lead + own.groups() - run(own), 1);
        Map<Hemisphere, Flow> offsets = offsets(pass, start, second);
        for (Plane plane : arrays.planes()) {
            if (row(pass, plane) >= 0) {
                load(pass, plane, start, second, offsets);
                arrays.install(arrays.weights(), plane, start + length(pass) - 1, own.groups());
            }
        }
    }

    /** Sends the offsets of a pass before its weights, on the sides that read some. */
    private Map<Hemisphere, Flow> offsets(int pass, long first, long second) {
        Map<Hemisphere, Flow> offsets = new EnumMap<>(Hemisphere.class);
        Optional<Place> place = offset(pass);
        if (place.isEmpty()) {
            return offsets;
        }
        int run = run(passes.get(pass));
        int rest = passes.get(pass).groups() - run;
        long before = geometry.completedFor(0) - geometry.alu;
        long cycle = first + before - geometry.alu;
        Operand words = constants.from(Hemisphere.EAST, place.get(), cycle);
        Kept offset = scheduler.all().unary(UnaryOperation.COPY, Element.INT32, words, cycle, second + before + rest);
        for (Plane plane : arrays.planes()) {
            Hemisphere side = plane.hemisphere();
            if (row(pass, plane) >= 0 && !offsets.containsKey(side)) {
                Stream out = Geometry.out(side, OFFSET_STREAM);
                int label = scheduler.label();
                scheduler.all().repeat(Element.INT32, offset, first + before, run, out, label);
                if (rest > 0) {
                    scheduler.all().repeat(Element.INT32, offset, second + before, rest, out, label);
                }
                offsets.put(side, new Flow(out, label));
            }
        }
        return offsets;
    }

    private void load(int pass, Plane plane, long first, long second, Map<Hemisphere, Flow> offsets) {
        int groups = passes.get(pass).groups();
        int word = words.get(pass);
        Flow offset = offsets.get(plane.hemisphere());
        if (offset == null) {
            arrays.loadInTwo(arrays.weights(), plane, first, groups, Address.of(word));
            return;
        }
        int run = run(passes.get(pass));
        int lead = lead(pass);
        int label = scheduler.labels(16 * groups);
        arrays.gather(plane, first + lead, run, word, 0, label, offset);
        if (groups > run) {
            arrays.gather(plane, second + lead, groups - run, word + run, run, label + 16 * run, offset);
        }
    }

    private long end;

    int passes() {
        return passes.size();
    }

    /** Cycles from the first load to the last row, if nothing is in the way. */
    long length() {
        return IntStream.range(0, passes.size()).mapToLong(this::step).sum();
    }

    /** Key after the last row. */
    long end() {
        return end;
    }

    /**
     * Places the rows of a pass.
     *
     * @param start of the load to which they are tied
     * @param open sums that have begun
     * @param ended takes those that end
     */
    private void rows(int pass, long start, Set<Open> open, List<Sums> ended) {
        Pass own = passes.get(pass);
        Map<Plane, Integer> labels = new LinkedHashMap<>();
        Map<Long, Integer> read = new LinkedHashMap<>();
        Map<Plane, Long> keys = new LinkedHashMap<>();
        for (Plane plane : arrays.planes()) {
            int row = row(pass, plane);
            if (row < 0) {
                continue;
            }
            long u = start + rowAfter(pass, plane);
            int label = read.computeIfAbsent(u, key -> readRow(row, key));
            int result = own.end() ? scheduler.label() : 0;
            Open sum = new Open(plane, own.slot());
            arrays.multiply(plane, u, 0, label, own.slot(), !open.add(sum), result);
            if (own.end()) {
                open.remove(sum);
                labels.put(plane, result);
                keys.put(plane, geometry.throughArray(u));
            }
        }
        if (own.end()) {
            ended.add(new Sums(pass, labels, keys));
        }
    }

    private int readRow(int row, long u) {
        int label = scheduler.label();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            scheduler.all().readOutward(hemisphere, rows.get(row), 0, label, u);
        }
        return label;
    }

    private int row(int pass, Plane plane) {
        return passes.get(pass).rows().get(arrays.planes().indexOf(plane));
    }
}
