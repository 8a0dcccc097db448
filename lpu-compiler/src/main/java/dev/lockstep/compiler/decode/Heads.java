package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One or two heads that look at all positions: scores, softmax, values. The vector unit cannot find the largest of a vector's lanes, so the offset of the softmax is found in
 * steps of {@link #STEP}: for each step c an array of ones counts, in effect, whether any lane reaches it, as the sum of 2^min(0, score - c). The largest step that is
 * reached is at most STEP below the largest score, which keeps probabilities within the range of FP16.
 */
final class Heads {
    private static final int STEPS = 10;
    private static final float STEP = 16;
    private static final float LOWEST = -80;
    /** Subtracted from scores beside the offset, so that the largest probability is below 2^15. */
    private static final float HEADROOM = 1;

    private static final float NEVER = -1e6f;
    /** Operations that begin before the values are complete: the sum of both sides, and from there to the factor. */
    private static final long INVERSION = 4;

    private static final int ROW_STREAM = 0;
    private static final int WIDE_STREAM = 24;

    private final Stage stage;
    private final Shape shape;
    private final Cache cache;
    private final int keyHead;
    private final int round;
    private final int first;
    private final int count;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final int blocks;
    private final int passes;

    /**
     * @param keyHead the head of keys that the queries look at
     * @param first number of the first query
     * @param round of heads on this chip, whose results make a row
     */
    Heads(Stage stage, Shape shape, Cache cache, int keyHead, int first, int count, int round) {
        this.keyHead = keyHead;
        this.round = round;
        this.stage = stage;
        this.shape = shape;
        this.cache = cache;
        this.first = first;
        this.count = count;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.blocks = shape.positionBlocks();
        this.passes = Math.ceilDiv(blocks, 2);
    }

    /**
     * @param available key from which on queries can be read and the arrays are free
     * @param value cycle from which on the current value is in memory
     */
    AttentionHalf.Attended place(long available, long value) {
        Scores scores = scores(available);
        long ones = ones(scores.free());
        List<Kept> offsets = offsets(scores, ones);
        Exponents exponents = exponents(offsets);
        return values(exponents, Math.max(ones, exponents.free()), value);
    }

    /** Lanes' largest scores of each head, and when the arrays are free. */
    private record Scores(List<List<Kept>> largest, long free) {}

    private Scores scores(long available) {
        int groups = shape.blockGroups();
        // Rows of a pass come while nothing loads, two cycles apart; then what was loaded meanwhile is installed.
        int gap = 2 * count + 1;
        long period = groups + gap;
        long start = Math.max(0, Math.max(available - period - groups, cache.keyReadable() - (passes - 1) * period));
        List<List<Kept>> largest = new ArrayList<>();
        long[] free = new long[1];
        scheduler.attempt(start, at -> {
            largest.clear();
            Kept[][] running = new Kept[2][count];
            for (int pass = 0; pass < passes; pass++) {
                long loads = at + pass * period;
                long installed = loads + groups + gap - 1;
                stage.arrays().occupy(loads, groups, 1);
                long rows = pass + 1 < passes ? loads + period + groups : installed + geometry.installed;
                for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                    int block = 2 * pass + side;
                    Plane plane = new Plane(Cache.side(block), 0);
                    stage.arrays().load(Element.FP16, plane, loads, cache.keyGroups(block), 1, cache.keyWord(block));
                    stage.arrays().install(Element.FP16, plane, installed, cache.keyGroups(block));
                }
                for (int head = 0; head < count; head++) {
                    long u = rows + 2L * head;
                    free[0] = u + 2;
                    for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                        running[side][head] = score(2 * pass + side, head, u, running[side][head]);
                    }
                }
            }
            for (int head = 0; head < count; head++) {
                List<Kept> sides = new ArrayList<>();
                for (int side = 0; side < 2; side++) {
                    if (running[side][head] != null) {
                        sides.add(running[side][head]);
                    }
                }
                largest.add(sides);
            }
        });
        return new Scores(List.copyOf(largest), free[0]);
    }

    /** Scores of a block into memory, and into the largest of each lane. */
    private Kept score(int block, int head, long u, @Nullable Kept largest) {
        Hemisphere side = Cache.side(block);
        Plane plane = new Plane(side, 0);
        int row = scheduler.label();
        all.readOutward(side, Layout.query(first + head), ROW_STREAM, row, u);
        int label = scheduler.label();
        stage.arrays().multiply(plane, u, ROW_STREAM, row, head, false, label);
        long w = geometry.throughArray(u);
        long cycle = geometry.taken(w);
        Place place = Layout.scores(side, block, head);
        Operand score = Constants.sums(plane, label);
        if (block == blocks - 1) {
            Stream out = Geometry.out(side, WIDE_STREAM);
            Operand mask = stage.constants().from(side, Layout.mask(side), cycle);
            Kept masked = all.binary(BinaryOperation.ADD, score, mask, cycle, cycle + alu, out);
            all.writeOutward(side, place, WIDE_STREAM, masked.label(), geometry.outwardAt(masked.ready()));
            score = masked.operand();
            cycle += alu;
        } else {
            all.writeInward(side, place, plane.resultStream(), label, w);
        }
        Operand x = score;
        if (largest == null) {
            // The offsets are found some passes later.
            long until = cycle + (long) passes * (shape.blockGroups() + 2L * count + 1) + 40;
            return all.reserve(
                    true, cycle, until, to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, x, to));
        }
        return all.again(
                largest,
                cycle,
                to -> new VectorInstruction.Binary(BinaryOperation.MAX, Element.FP32, largest.operand(), x, to));
    }

    /** Makes arrays of ones active on both sides; returns the key from which on rows can come. */
    private long ones(long free) {
        int groups = shape.blockGroups();
        return scheduler.attempt(free, u -> {
                    stage.arrays().occupy(u, groups, 1);
                    for (Hemisphere side : Hemisphere.values()) {
                        Plane plane = new Plane(side, 0);
                        stage.arrays().load(Element.FP16, plane, u, groups, 1, Address.of(stage.onesHalf()));
                        stage.arrays().install(Element.FP16, plane, u + groups, groups);
                    }
                })
                + groups
                + geometry.installed;
    }

    /** The offset of each head, in all lanes. Heads are looked at on different sides. */
    private List<Kept> offsets(Scores scores, long ones) {
        List<Kept> offsets = new ArrayList<>();
        for (int head = 0; head < count; head++) {
            List<Kept> sides = scores.largest().get(head);
            Hemisphere side = head == 0 ? Hemisphere.EAST : Hemisphere.WEST;
            long ready = sides.stream().mapToLong(Kept::ready).max().orElseThrow();
            Kept[] offset = new Kept[1];
            scheduler.attempt(ready, at -> {
                Kept lanes = sides.getFirst();
                long from = at;
                if (sides.size() == 2) {
                    lanes = all.binary(
                            BinaryOperation.MAX,
                            sides.get(0).operand(),
                            sides.get(1).operand(),
                            at,
                            at + STEPS * (long) alu + 40);
                    from = lanes.ready();
                }
                offset[0] = offset(lanes, side, from, ones);
            });
            offsets.add(offset[0]);
        }
        return offsets;
    }

    private Kept offset(Kept lanes, Hemisphere side, long from, long ones) {
        Plane plane = new Plane(side, 0);
        Stream out = Geometry.out(side, ROW_STREAM);
        // Five operations before the array, one step every three cycles so that the maximum at the end can feed itself.
        long cycle = Math.max(from, geometry.completedFor(ones) - 5L * alu);
        Kept offset = null;
        for (int step = 0; step < STEPS; step++) {
            float least = LOWEST + STEP * step;
            long t = cycle + (long) alu * step;
            Kept below = all.binary(BinaryOperation.SUB, Constant.of(least), lanes.operand(), t, t + alu);
            Kept lack = all.unary(UnaryOperation.RELU, Element.FP32, below.operand(), t + alu, t + 2L * alu);
            Kept power = all.unary(UnaryOperation.NEGATE, Element.FP32, lack.operand(), t + 2L * alu, t + 3L * alu);
            Kept share = all.unary(UnaryOperation.EXP2, Element.FP32, power.operand(), t + 3L * alu, t + 4L * alu);
            Kept row = all.narrow(share.operand(), t + 4L * alu, t + 4L * alu, out);
            long u = geometry.outwardAt(row.ready());
            int sum = scheduler.label();
            stage.arrays().multiply(plane, u, ROW_STREAM, row.label(), 0, false, sum);
            offset = reached(plane, sum, geometry.taken(geometry.throughArray(u)), least, offset, step);
        }
        return Objects.requireNonNull(offset);
    }

    /** The larger of the offset so far and a step, if that is reached. */
    private Kept reached(Plane plane, int sum, long cycle, float least, @Nullable Kept before, int step) {
        Kept lack = all.binary(BinaryOperation.SUB, Constant.of(1), Constants.sums(plane, sum), cycle, cycle + alu);
        Kept missing = all.unary(UnaryOperation.RELU, Element.FP32, lack.operand(), cycle + alu, cycle + 2L * alu);
        Kept penalty = all.binary(
                BinaryOperation.MUL, missing.operand(), Constant.of(NEVER), cycle + 2L * alu, cycle + 3L * alu);
        Kept candidate = all.binary(
                BinaryOperation.ADD,
                penalty.operand(),
                Constant.of(least + HEADROOM),
                cycle + 3L * alu,
                cycle + 4L * alu);
        long last = cycle + 4L * alu;
        if (before == null) {
            long until = last + (STEPS + 1L) * alu + 4L * passes * count + 60;
            return all.reserve(
                    true,
                    last,
                    until,
                    to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, candidate.operand(), to));
        }
        return all.again(
                before,
                last,
                to -> new VectorInstruction.Binary(
                        BinaryOperation.MAX, Element.FP32, before.operand(), candidate.operand(), to));
    }

    /** When rows of probabilities can be read, per side in the order of their items, and when their arrays are free. */
    private record Exponents(List<Item> items, long free) {}

    /** Probabilities of a head in a block: the key from which on they can be read. */
    private record Item(int block, int head, long readable) {}

    private Exponents exponents(List<Kept> offsets) {
        List<Item> items = new ArrayList<>();
        long ready = offsets.stream().mapToLong(Kept::ready).max().orElseThrow();
        scheduler.attempt(ready, at -> {
            items.clear();
            long[] next = {at, at};
            // The block of the current position comes first, because its share is needed apart.
            for (int i = blocks - 1; i >= 0; i--) {
                for (int head = 0; head < count; head++) {
                    long cycle = next[i % 2]++;
                    items.add(new Item(i, head, exponent(i, head, offsets.get(head), cycle)));
                }
            }
        });
        return new Exponents(List.copyOf(items), geometry.outwardAt(ready));
    }

    private long exponent(int block, int head, Kept offset, long cycle) {
        Hemisphere side = Cache.side(block);
        Operand score = stage.constants().from(side, Layout.scores(side, block, head), cycle);
        Kept power = all.binary(BinaryOperation.SUB, score, offset.operand(), cycle, cycle + alu);
        Kept share = all.unary(UnaryOperation.EXP2, Element.FP32, power.operand(), cycle + alu, cycle + 2L * alu);
        long u = store(side, share, cycle + 2L * alu, ROW_STREAM, Layout.probabilities(block, head));
        if (block == blocks - 1) {
            long masked = cycle + 2L * alu + ONE_HOT_DELAY;
            Kept kept = all.unary(UnaryOperation.COPY, Element.FP32, share.operand(), cycle + 2L * alu, masked);
            Operand oneHot = stage.constants().from(side, Layout.oneHot(side), masked);
            Kept current = all.binary(BinaryOperation.MUL, kept.operand(), oneHot, masked, masked + alu);
            store(side, current, masked + alu, ROW_STREAM + 2, Layout.current(head));
        }
        return u + 1 + geometry.read;
    }

    /** After the reads of all scores, which come one a cycle. */
    private static final int ONE_HOT_DELAY = 34;

    /** FP16 into memory of one side; returns the key with which it went there. */
    private long store(Hemisphere side, Kept value, long cycle, int stream, Place place) {
        Stream out = Geometry.out(side, stream);
        Kept narrow = all.narrow(value.operand(), cycle, cycle, out);
        long u = geometry.outwardAt(narrow.ready());
        all.writeOutward(side, place, stream, narrow.label(), u);
        return u;
    }

    private AttentionHalf.Attended values(Exponents exponents, long ones, long valueReady) {
        Denominators denominators = denominators(exponents, ones);
        int groups = 2 * shape.headGroups();
        int gap = 2 * count + 1;
        long period = groups + gap;
        List<List<Kept>> outputs = new ArrayList<>();
        long[] end = new long[1];
        // The first block is loaded while probabilities are computed.
        long start = Math.max(0, denominators.free() - groups);
        scheduler.attempt(start, at -> {
            outputs.clear();
            for (int head = 0; head < count; head++) {
                outputs.add(new ArrayList<>());
            }
            for (int pass = 0; pass < passes; pass++) {
                long loads = at + pass * period;
                long installed = loads + groups + gap - 1;
                stage.arrays().occupy(loads, groups, 1);
                long rows = pass + 1 < passes ? loads + period + groups : installed + geometry.installed;
                for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                    load(2 * pass + side, loads, installed);
                }
                for (int head = 0; head < count; head++) {
                    long u = rows + 2L * head;
                    end[0] = u + 2;
                    for (int side = 0; side < 2 && 2 * pass + side < blocks; side++) {
                        Kept output = weighted(2 * pass + side, head, u, exponents);
                        if (output != null) {
                            outputs.get(head).add(output);
                        }
                    }
                }
            }
        });
        return new AttentionHalf.Attended(finish(outputs, denominators, valueReady), end[0]);
    }

    /** Values twice, so that the second head finds its elements in the lanes behind the first's. */
    private void load(int block, long loads, long installed) {
        Plane plane = new Plane(Cache.side(block), 0);
        int groups = shape.headGroups();
        stage.arrays().loadTwice(plane, loads, groups, cache.valueWord(block));
        stage.arrays().install(Element.FP16, plane, installed, 2 * groups);
    }

    /** Adds a block's values; the last block of a side gives its sum. */
    private @Nullable Kept weighted(int block, int head, long u, Exponents exponents) {
        Hemisphere side = Cache.side(block);
        Plane plane = new Plane(side, 0);
        requireReadable(exponents, block, head, u);
        int row = scheduler.label();
        all.readOutward(side, Layout.probabilities(block, head), ROW_STREAM, row, u);
        boolean last = block + 2 >= blocks;
        int label = last ? scheduler.label() : 0;
        stage.arrays().multiply(plane, u, ROW_STREAM, row, head, block >= 2, label);
        if (!last) {
            return null;
        }
        long cycle = geometry.taken(geometry.throughArray(u));
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, cycle + 90);
    }

    private static void requireReadable(Exponents exponents, int block, int head, long u) {
        for (Item item : exponents.items()) {
            if (item.block() == block && item.head() == head && item.readable() > u) {
                throw new Conflict("probabilities with " + item.readable());
            }
        }
    }

    /** For each head, sums of probabilities by side and the current one, in all lanes. */
    private record Denominators(List<List<Kept>> sums, List<Kept> current, long free) {}

    private Denominators denominators(Exponents exponents, long ones) {
        List<List<Kept>> sums = new ArrayList<>();
        List<Kept> current = new ArrayList<>();
        for (int head = 0; head < count; head++) {
            sums.add(new ArrayList<>());
        }
        Hemisphere last = Cache.side(blocks - 1);
        long[] next = {ones, ones};
        for (int head = 0; head < count; head++) {
            int slot = head;
            long readable = exponents.items().get(head).readable() + ONE_HOT_DELAY + alu + 3;
            int side = (blocks - 1) % 2;
            Kept[] kept = new Kept[1];
            next[side] = 2
                    + scheduler.attempt(Math.max(next[side], readable), u -> {
                        int row = scheduler.label();
                        all.readOutward(last, Layout.current(slot), ROW_STREAM, row, u);
                        int label = scheduler.label();
                        Plane plane = new Plane(last, 0);
                        stage.arrays().multiply(plane, u, ROW_STREAM, row, slot, false, label);
                        long cycle = geometry.taken(geometry.throughArray(u));
                        kept[0] = keep(plane, label, cycle, slot);
                    });
            current.add(kept[0]);
        }
        boolean[][] started = new boolean[2][count];
        for (Item item : exponents.items()) {
            int side = item.block() % 2;
            boolean end = item.block() < 2;
            boolean start = !started[side][item.head()];
            started[side][item.head()] = true;
            Kept[] kept = new Kept[1];
            next[side] = 2
                    + scheduler.attempt(Math.max(next[side], item.readable()), u -> {
                        int row = scheduler.label();
                        Plane plane = new Plane(Cache.side(item.block()), 0);
                        all.readOutward(
                                plane.hemisphere(),
                                Layout.probabilities(item.block(), item.head()),
                                ROW_STREAM,
                                row,
                                u);
                        int label = end ? scheduler.label() : 0;
                        stage.arrays().multiply(plane, u, ROW_STREAM, row, item.head(), !start, label);
                        if (end) {
                            kept[0] = keep(plane, label, geometry.taken(geometry.throughArray(u)), 2 + item.head());
                        }
                    });
            if (end) {
                sums.get(item.head()).add(kept[0]);
            }
        }
        return new Denominators(sums, current, Math.max(next[0], next[1]));
    }

    /** Values are added up until then. */
    private Kept keep(Plane plane, int label, long cycle, int unused) {
        long until = cycle + (long) passes * (2L * shape.headGroups() + 2L * count + 1) + 120;
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, until);
    }

    /** (sums of values + current probability * current value) / sum of probabilities, both heads in one row; returns when it can be read. */
    private long finish(List<List<Kept>> outputs, Denominators denominators, long valueReady) {
        long ready = valueReady;
        for (List<Kept> sides : outputs) {
            for (Kept side : sides) {
                ready = Math.max(ready, side.ready());
            }
        }
        // Sums of probabilities are inverted while values are still added up, which may be done sooner.
        for (List<Kept> sums : denominators.sums()) {
            long operations = sums.size() == 2 ? INVERSION : INVERSION - 1;
            for (Kept sum : sums) {
                ready = Math.max(ready, sum.ready() + operations * alu);
            }
        }
        for (Kept current : denominators.current()) {
            ready = Math.max(ready, current.ready() + 2L * alu);
        }
        long[] available = new long[1];
        scheduler.attempt(ready, at -> {
            Kept both = null;
            for (int head = 0; head < count; head++) {
                Kept one = head(outputs.get(head), denominators, head, at + head);
                both = both == null
                        ? one
                        : all.binary(
                                BinaryOperation.ADD,
                                both.operand(),
                                one.operand(),
                                Math.max(both.ready(), one.ready()),
                                Math.max(both.ready(), one.ready()) + alu);
            }
            Kept row = Objects.requireNonNull(both);
            available[0] = stage.row(row, row.ready(), Layout.attended(round));
        });
        return available[0];
    }

    private Kept head(List<Kept> sides, Denominators denominators, int head, long at) {
        List<Kept> parts = denominators.sums().get(head);
        long early = at - INVERSION * alu;
        Operand sum = parts.getFirst().operand();
        if (parts.size() == 2) {
            Kept added = all.binary(BinaryOperation.ADD, sum, parts.get(1).operand(), early, early + alu);
            sum = added.operand();
        }
        Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, sum, early + alu, early + 2L * alu);
        Kept inverse =
                all.binary(BinaryOperation.MUL, root.operand(), root.operand(), early + 2L * alu, early + 3L * alu);
        // Lanes of the other head become zero.
        Hemisphere side = head == 0 ? Hemisphere.EAST : Hemisphere.WEST;
        Kept factor = all.binary(
                BinaryOperation.MUL,
                inverse.operand(),
                stage.constants().from(side, Layout.headLanes(side), early + 3L * alu),
                early + 3L * alu,
                at + 2L * alu);
        Kept fresh = all.binary(
                BinaryOperation.MUL,
                denominators.current().get(head).operand(),
                stage.constants()
                        .from(
                                side,
                                head == 0 ? Layout.value(side, keyHead) : Layout.shiftedValue(side, keyHead),
                                at - 2L * alu),
                at - 2L * alu,
                at + alu);
        Kept past = sides.getFirst();
        if (sides.size() == 2) {
            past = all.binary(
                    BinaryOperation.ADD, sides.get(0).operand(), sides.get(1).operand(), at, at + alu);
        } else {
            past = all.unary(UnaryOperation.COPY, Element.FP32, past.operand(), at, at + alu);
        }
        Kept numerator = all.binary(BinaryOperation.ADD, past.operand(), fresh.operand(), at + alu, at + 2L * alu);
        return all.binary(BinaryOperation.MUL, numerator.operand(), factor.operand(), at + 2L * alu, at + 4L * alu);
    }
}
