package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.Routing;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The feed-forward network of a layer: gate and up side by side, so that the two that belong together come out of two planes of one hemisphere; the hidden
 * rows; down, summed over the chips. An odd last block of hidden elements is cut by its inputs instead, even ones into the first planes.
 */
final class FeedForwardHalf {
    /** Accumulators of a plane. */
    private static final int SLOTS = 2;
    /** Place of what counts as a whole. */
    private static final int NO_SHARE = -1;
    /** Cycles of choosing experts, beside those for comparing them. */
    private static final int LONGEST_CHOICE = 1500;
    /** Cycles for which outputs stay that become sigmoids. */
    private static final int SIGMOID = 60;

    private final Stage stage;
    private final Shape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final int planes;
    /** Blocks of hidden elements whose gate and up are multiplied at the same time: two planes for each. */
    private final int abreast;
    /** Blocks of a sweep: their gates and ups fill the accumulators. */
    private final int together;

    FeedForwardHalf(Stage stage, Shape shape) {
        this.stage = stage;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.planes = stage.arrays().planes().size();
        this.abreast = planes / 2;
        this.together = SLOTS * abreast;
    }

    /** @throws IllegalArgumentException if the sums of an expert's gates and ups do not fit the accumulators */
    static void requirePossible(Shape shape, WeightPrecision precision) {
        int together = SLOTS * precision.arrays() / 2;
        if (shape.routed() && Math.max(shape.hiddenBlocks(), shape.sharedBlocks()) > together) {
            throw new IllegalArgumentException("experts of " + 16 * shape.hiddenGroups()
                    + " hidden elements on a chip are bounded and estimated, but not scheduled yet");
        }
    }

    List<Sums.Sent> place(Residual residual) {
        if (shape.routed()) {
            return placeExperts(residual);
        }
        int hidden = shape.hiddenBlocks();
        long[] available = new long[hidden];
        long free = residual.earliest();
        Kept factor = null;
        for (int first = 0; first < hidden; first += together) {
            int count = Math.min(together, hidden - first);
            Sweep sweep = new Sweep(
                    stage.arrays(),
                    scheduler,
                    stage.layout(),
                    Contents.Matrix.GATE_UP,
                    passes(first, count, shape.hiddenBlockGroups()),
                    stage.residualRows(shape.blocks()));
            List<Sweep.Sums> results = sweep.place(residual.available(), free);
            free = sweep.end();
            if (factor == null) {
                long horizon =
                        geometry.taken(geometry.throughArray(free)) + 200 + sweep.length() * (hidden - 1) / together;
                factor = stage.norm()
                        .factor(residual.squares(), shape.blockGroups(), free, use -> Math.max(use, horizon));
                free += hidden > together ? shape.blockGroups() + 8 : 0;
            }
            for (int block = 0; block < count; block++) {
                available[first + block] =
                        hiddenBlock(Layout.hidden(first + block), block, count, results, factor, NO_SHARE, 0);
            }
        }
        List<Place> rows = new ArrayList<>();
        for (int block = 0; block < hidden; block++) {
            rows.add(Layout.hidden(block));
        }
        List<Sums.Sent> sent =
                stage.outputs().place(Contents.Matrix.DOWN, shape.blocks(), shape.blockGroups(), rows, available, free);
        long gated = java.util.Arrays.stream(available).max().orElseThrow();
        stage.mark(Mark.Phase.GATE_UP, residual.arrived(), gated);
        stage.mark(Mark.Phase.DOWN, gated, stage.outputs().end());
        stage.markSum(stage.outputs().end(), sent);
        return sent;
    }

    /** The experts that are chosen, one after the other: every choice takes as long. */
    private List<Sums.Sent> placeExperts(Residual residual) {
        int blocks = shape.hiddenBlocks();
        int groups = shape.hiddenBlockGroups();
        List<Place> residualRows = stage.residualRows(shape.blocks());
        Sweep router = new Sweep(
                stage.arrays(), scheduler, stage.layout(), Contents.Matrix.ROUTER, routerPasses(), residualRows);
        Sweep.Sums routed =
                router.place(residual.available(), residual.earliest()).getLast();
        List<Sweep.Pass> passes = passes(0, blocks, groups);
        int rounds = Math.ceilDiv(shape.blocks(), planes);
        int up = passes.stream().mapToInt(Sweep.Pass::groups).sum();
        Experts experts = Experts.in(stage.layout(), shape, up, rounds * blocks * shape.blockGroups());
        List<Sweep.Pass> sharedPasses =
                shape.sharedGroups() == 0 ? List.of() : passes(0, shape.sharedBlocks(), shape.sharedBlockGroups());
        List<Sweep.Pass> sharedGate = shape.sharedGate() ? narrowPasses(shape.sharedBlockGroups()) : List.of();
        long sharedLength = longest(sharedPasses) + longest(sharedGate);
        long all = (long) shape.used() * (up * 3L / 2 + rounds * blocks * (shape.blockGroups() + 4L) * 2)
                + 2L * shape.choice().all()
                + (long) rounds * shape.sharedBlocks() * (shape.blockGroups() + 4L)
                + sharedLength
                + LONGEST_CHOICE;
        long horizon = geometry.taken(geometry.throughArray(router.end())) + all;
        Kept factor = stage.norm()
                .factor(residual.squares(), shape.blockGroups(), router.end(), use -> Math.max(use, horizon));
        long free = router.end() + shape.blockGroups() + 8;
        Kept outputs = outputs(routed, factor, sharedLength);
        List<Place> rows = new ArrayList<>();
        List<Long> readable = new ArrayList<>();
        // What all tokens use hides behind the choice.
        if (shape.sharedGroups() > 0) {
            int place = NO_SHARE;
            long share = 0;
            if (shape.sharedGate()) {
                Sweep gate = new Sweep(
                        stage.arrays(),
                        scheduler,
                        stage.layout(),
                        Contents.Matrix.SHARED_GATE,
                        sharedGate,
                        residualRows);
                place = shape.used();
                share = sharedGate(gate.place(residual.available(), free).getLast(), factor, place);
                free = gate.end();
            }
            Sweep shared = new Sweep(
                    stage.arrays(),
                    scheduler,
                    stage.layout(),
                    Contents.Matrix.SHARED_GATE_UP,
                    sharedPasses,
                    residualRows);
            List<Sweep.Sums> results = shared.place(residual.available(), free);
            free = shared.end();
            for (int block = 0; block < shape.sharedBlocks(); block++) {
                Place row = Layout.hidden(shape.used() * blocks + block);
                readable.add(hiddenBlock(row, block, shape.sharedBlocks(), results, factor, place, share));
                rows.add(row);
            }
        }
        Choice.Chosen chosen = new Choice(stage, experts, shape.choice(), shape.used()).place(outputs, free);
        free = geometry.outwardAt(chosen.offsets() + 2L * geometry.alu);
        long choice = free;
        Sweep sweep = new Sweep(
                stage.arrays(),
                scheduler,
                stage.layout(),
                Contents.Matrix.GATE_UP,
                Collections.nCopies(shape.used(), passes).stream()
                        .flatMap(List::stream)
                        .toList(),
                residualRows,
                ups(passes, experts));
        for (int expert = 0; expert < shape.experts(); expert++) {
            sweep.note(
                    stage.layout().contents(),
                    Contents.Matrix.GATE_UP,
                    expert,
                    expert * up,
                    0,
                    pass -> pass < passes.size());
        }
        List<Sweep.Sums> results = sweep.place(residual.available(), free);
        free = sweep.end();
        int each = results.size() / shape.used();
        for (int place = 0; place < shape.used(); place++) {
            List<Sweep.Sums> own = results.subList(place * each, (place + 1) * each);
            for (int block = 0; block < blocks; block++) {
                Place row = Layout.hidden(place * blocks + block);
                readable.add(hiddenBlock(row, block, blocks, own, factor, place, chosen.shares()));
                rows.add(row);
            }
        }
        long[] available = readable.stream().mapToLong(Long::longValue).toArray();
        int sharedDown = stage.layout().streaming(rounds * shape.sharedBlocks() * shape.blockGroups());
        List<Sums.Sent> sent = stage.outputs()
                .place(
                        Contents.Matrix.DOWN,
                        shape.blocks(),
                        shape.blockGroups(),
                        rows,
                        available,
                        free,
                        down -> downs(down, experts, sharedDown),
                        down -> noteDown(down, experts));
        long gated = java.util.Arrays.stream(available).max().orElseThrow();
        stage.mark(Mark.Phase.ROUTE, residual.arrived(), choice);
        stage.mark(Mark.Phase.GATE_UP, choice, gated);
        stage.mark(Mark.Phase.DOWN, gated, stage.outputs().end());
        stage.markSum(stage.outputs().end(), sent);
        return sent;
    }

    /** Words and offsets of the passes of gate and up, of one chosen expert after the other. */
    private Experts.Passes ups(List<Sweep.Pass> passes, Experts experts) {
        List<Integer> words = new ArrayList<>();
        List<Optional<Place>> offsets = new ArrayList<>();
        for (int place = 0; place < shape.used(); place++) {
            int next = experts.up();
            for (Sweep.Pass pass : passes) {
                words.add(next);
                offsets.add(Optional.of(Layout.gateUpOffset(place)));
                next += pass.groups();
            }
        }
        return new Experts.Passes(words, offsets);
    }

    /** Words and offsets of the passes of down: rounds of all rows, of what all tokens use first, then of one expert after the other. */
    private Experts.Passes downs(List<Sweep.Pass> passes, Experts experts, int sharedDown) {
        int shared = shape.sharedBlocks();
        int rows = shared + experts.blocks() * shape.used();
        List<Integer> words = new ArrayList<>();
        List<Optional<Place>> offsets = new ArrayList<>();
        for (int pass = 0; pass < passes.size(); pass++) {
            int round = pass / rows;
            int row = pass % rows - shared;
            if (row < 0) {
                words.add(sharedDown + (round * shared + pass % rows) * shape.blockGroups());
                offsets.add(Optional.empty());
            } else {
                int tile = round * experts.blocks() + row % experts.blocks();
                words.add(experts.down() + tile * shape.blockGroups());
                offsets.add(Optional.of(Layout.downOffset(row / experts.blocks())));
            }
        }
        return new Experts.Passes(words, offsets);
    }

    /** Experts that share words are noted by the first of them. */
    private void noteDown(Sweep down, Experts experts) {
        int shared = shape.sharedBlocks();
        int rows = shared + experts.blocks() * shape.used();
        Contents contents = stage.layout().contents();
        down.note(contents, Contents.Matrix.SHARED_DOWN, 0, 0, 0, pass -> pass % rows < shared);
        for (int expert = 0; expert < experts.count(); expert += experts.packed()) {
            int moved = expert / experts.packed() * experts.downStride();
            down.note(
                    contents,
                    Contents.Matrix.DOWN,
                    expert,
                    moved,
                    shared,
                    pass -> pass % rows >= shared && pass % rows < shared + experts.blocks());
        }
    }

    /** Router outputs, all of them twice if there is room. */
    private List<Sweep.Pass> routerPasses() {
        return narrowPasses(Math.ceilDiv(shape.choice().outputs(shape.lanes()), 16));
    }

    private static long longest(List<Sweep.Pass> passes) {
        return 2L * passes.stream().mapToInt(Sweep.Pass::groups).sum() + 10L * passes.size();
    }

    /** Outputs of one tile, in both planes of the east: one has the even rows, the other the odd ones. With FP16 one stands for both and has all. */
    private List<Sweep.Pass> narrowPasses(int groups) {
        List<Sweep.Pass> passes = new ArrayList<>();
        if (abreast == 1) {
            for (int row = 0; row < shape.blocks(); row++) {
                passes.add(new Sweep.Pass(groups, List.of(row, -1), List.of(0, -1), 0, row == shape.blocks() - 1, 0));
            }
            return passes;
        }
        for (int second = 1 - shape.blocks() % 2; second < shape.blocks(); second += 2) {
            int even = second == 0 ? 0 : second - 1;
            int other = second == 0 ? -1 : second;
            passes.add(new Sweep.Pass(
                    groups, List.of(even, other, -1, -1), List.of(0, 0, -1, -1), 0, second == shape.blocks() - 1, 0));
        }
        return passes;
    }

    /** @param later cycles by which the choice waits for arrays */
    private Kept outputs(Sweep.Sums routed, Kept factor, long later) {
        int scale = stage.layout().constant();
        List<Kept> outputs = new ArrayList<>();
        long ready = Math.max(factor.ready(), geometry.taken(routed.w()) + 3L * geometry.alu);
        boolean sigmoid = shape.choice().routing().scores() == Routing.Scores.SIGMOID;
        long until = ready + (sigmoid ? SIGMOID : 2L * shape.choice().all() + later + LONGEST_CHOICE);
        scheduler.attempt(ready, at -> {
            outputs.clear();
            Kept sums = stage.bothPlanes(routed, 0, scale, at);
            outputs.add(scheduler.all().binary(BinaryOperation.MUL, sums.operand(), factor.operand(), at, until));
        });
        return outputs.getFirst();
    }

    /** Tile {@code 2 b} of the outputs is the gate of block b, and the next one its up. */
    private List<Sweep.Pass> passes(int first, int hidden, int groups) {
        boolean odd = hidden % abreast == 1;
        List<Sweep.Pass> passes = new ArrayList<>();
        // If the number of rows is odd, the first one is alone, so that both planes have a part of the sum in the end.
        for (int second = 1 - shape.blocks() % 2; second < shape.blocks(); second += 2) {
            for (int row = Math.max(0, second - 1); row <= second; row++) {
                for (int round = 0; round < hidden / abreast; round++) {
                    passes.add(new Sweep.Pass(
                            groups,
                            Collections.nCopies(planes, row),
                            Sweep.outputs(2 * first + planes * round, planes),
                            round,
                            row == shape.blocks() - 1,
                            0));
                }
            }
            if (odd) {
                int even = second == 0 ? 0 : second - 1;
                int other = second == 0 ? -1 : second;
                int gate = 2 * (first + hidden - 1);
                passes.add(new Sweep.Pass(
                        groups,
                        List.of(even, other, even, other),
                        List.of(gate, gate, gate + 1, gate + 1),
                        hidden / 2,
                        second == shape.blocks() - 1,
                        0));
            }
        }
        return passes;
    }

    /**
     * SwiGLU of a block of a sweep, times the share of what is in a place, into a row; returns the key from which on it can be read.
     *
     * @param place of an expert, or behind all experts; {@link #NO_SHARE} for what counts as a whole
     * @param shares cycle from which on the share can be read
     */
    private long hiddenBlock(
            Place row, int block, int hidden, List<Sweep.Sums> results, Kept factor, int place, long shares) {
        boolean cut = hidden % abreast == 1 && block == hidden - 1;
        Sweep.Sums sums = results.get(results.size() - Math.ceilDiv(hidden, abreast) + block / abreast);
        Plane one = plane(cut ? 0 : 2 * (block % abreast));
        Plane other = plane(cut ? 2 : 2 * (block % abreast) + 1);
        int gateScale = stage.layout().constant();
        int upScale = stage.layout().constant();
        boolean packed = shape.packed() > 1 && place != NO_SHARE && place < shape.used();
        if (packed) {
            stage.layout().contents().shortScale(upScale, shape.hiddenLanes());
        }
        long[] readable = new long[1];
        long ready =
                Math.max(Math.max(factor.ready(), packed ? 0 : shares), geometry.taken(sums.w()) + 3L * geometry.alu);
        scheduler.attempt(ready, at -> {
            Kept gate = cut ? stage.bothPlanes(sums, 0, gateScale, at) : whole(sums, one, gateScale, at);
            Kept up = cut ? stage.bothPlanes(sums, 2, upScale, at) : whole(sums, other, upScale, at);
            Kept product = swiglu(gate, up, factor, at);
            readable[0] = packed
                    ? Shifted.write(scheduler, product, product.ready(), side -> Layout.product(side, place))
                    : row(product, place, row);
        });
        if (packed) {
            // Products wait in memory until shares are there.
            scheduler.attempt(
                    Math.max(readable[0], geometry.outwardAt(shares)), from -> readable[0] = inSet(place, from, row));
        }
        return readable[0];
    }

    private Plane plane(int number) {
        return stage.arrays().planes().get(number);
    }

    private Kept whole(Sweep.Sums sums, Plane plane, int scale, long until) {
        Integer label = Objects.requireNonNull(sums.labels().get(plane));
        return stage.constants().scaled(plane, label, sums.w(), scale, until);
    }

    /** silu(gate) * up = gate * (tanh(gate / 2) / 2 + 1/2) * up. */
    private Kept swiglu(Kept gate, Kept up, Kept factor, long at) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Kept g = all.binary(BinaryOperation.MUL, gate.operand(), factor.operand(), at, at + 5L * alu);
        Kept u = all.binary(BinaryOperation.MUL, up.operand(), factor.operand(), at, at + 6L * alu);
        Kept sigmoid = sigmoid(g, at + alu);
        Kept silu = all.binary(BinaryOperation.MUL, g.operand(), sigmoid.operand(), at + 5L * alu, at + 6L * alu);
        return all.binary(BinaryOperation.MUL, silu.operand(), u.operand(), at + 6L * alu, at + 7L * alu);
    }

    /** tanh(x / 2) / 2 + 1/2, four operations later. */
    private Kept sigmoid(Kept x, long at) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Kept half = all.binary(BinaryOperation.MUL, x.operand(), Constant.of(0.5f), at, at + alu);
        Kept tanh = all.unary(UnaryOperation.TANH, Element.FP32, half.operand(), at + alu, at + 2L * alu);
        Kept scaled = all.binary(BinaryOperation.MUL, tanh.operand(), Constant.of(0.5f), at + 2L * alu, at + 3L * alu);
        return all.binary(BinaryOperation.ADD, scaled.operand(), Constant.of(0.5f), at + 3L * alu, at + 4L * alu);
    }

    /** The share of what all tokens use, from sums that are the same in all lanes; returns the cycle from which on it can be read. */
    private long sharedGate(Sweep.Sums sums, Kept factor, int place) {
        int scale = stage.layout().constant();
        int alu = geometry.alu;
        long[] readable = new long[1];
        scheduler.attempt(Math.max(factor.ready(), geometry.taken(sums.w()) + 3L * alu), at -> {
            Kept gate = stage.bothPlanes(sums, 0, scale, at);
            Kept scaled = scheduler.all().binary(BinaryOperation.MUL, gate.operand(), factor.operand(), at, at + alu);
            readable[0] = stage.share(sigmoid(scaled, at + alu), place);
        });
        return readable[0];
    }

    /** Hidden elements into memory, times the share of what is in a place. */
    private long row(Kept product, int place, Place row) {
        Kept shared = place == NO_SHARE ? product : shared(product, place, product.ready());
        return stage.row(shared, shared.ready(), row);
    }

    private Kept shared(Kept value, int place, long cycle) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Operand share = stage.constants().row(Hemisphere.EAST, Layout.share(place), cycle - alu);
        Kept wide = all.widen(share, cycle - alu, cycle);
        return all.binary(BinaryOperation.MUL, value.operand(), wide.operand(), cycle, cycle + alu);
    }

    /** Copies hidden elements into the lanes of all sets, and leaves those in which the weights of the expert in a place lie, times its share. */
    private long inSet(int place, long first, Place row) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Shifted shifted = new Shifted(scheduler, side -> Layout.product(side, place), first, alu);
        int copies = shape.packed() - 1;
        long last = shifted.taken(copies - 1) + alu;
        // What is in the first set already is read from memory, so that no operation holds it meanwhile.
        long from = shifted.taken(0);
        Operand own = stage.constants().from(Hemisphere.EAST, Layout.product(Hemisphere.EAST, place), from - alu);
        Kept unmoved = all.unary(UnaryOperation.COPY, Element.FP32, own, from - alu, last);
        Kept[] sums = {unmoved, null};
        for (int copy = 0; copy < copies; copy++) {
            Kept before = sums[copy % 2];
            Operand moved = shifted.by(-(copy + 1) * shape.hiddenLanes(), copy);
            long cycle = shifted.taken(copy);
            sums[copy % 2] = before == null
                    ? all.reserve(
                            false,
                            cycle,
                            last,
                            to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, moved, to))
                    : all.again(
                            before,
                            cycle,
                            to -> new VectorInstruction.Binary(
                                    BinaryOperation.ADD, Element.FP32, before.operand(), moved, to));
        }
        Kept sum = sums[0];
        long cycle = last;
        if (sums[1] != null) {
            sum = all.binary(BinaryOperation.ADD, sum.operand(), sums[1].operand(), cycle, cycle + alu);
            cycle = sum.ready();
        }
        Operand set = stage.constants().from(Hemisphere.EAST, Layout.chosenSet(place), cycle);
        Kept masked = all.binary(BinaryOperation.MUL, sum.operand(), set, cycle, cycle + alu);
        return row(masked, place, row);
    }
}
