package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores of a round of heads at all positions. Arrays of keys are loaded step by step, in both hemispheres at once; each holds several blocks of positions in sets of lanes, and a
 * query passes once for each set, in its lanes.
 */
final class Scores extends RoundPart {
    private static final int ROW_STREAM = 0;
    private static final int WIDE_STREAM = 24;
    private static final int SIDES = 2;

    /** Loads of a cache, and of all caches one after the other. */
    private final int loads;

    private final int steps;
    /** Cycles between rows: the largest of a lane must have been found before the next row of the head comes. */
    private final int apart;
    /** Cycles without loads, in which rows come, after those of a load. */
    private final int gap;

    private @Nullable Kept mask;

    Scores(Stage stage, Shape shape, Round round) {
        super(stage, shape, round);
        this.loads = shape.keyLoads();
        int caches = round.caches().size();
        this.steps = loads * caches * shape.vectors();
        int rows = shape.keySets() * round.count() / caches;
        this.apart = round.count() == caches && shape.keySets() > 1 ? 4 : 2;
        this.gap = apart * (rows - 1) + 3;
    }

    /**
     * What comes out.
     *
     * @param largest lanes' largest scores of each head, by side
     * @param free key from which on the arrays are free
     */
    record Found(List<List<Kept>> largest, long free) {}

    /**
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded: what was loaded before has been installed
     */
    Found place(long available, long loadable) {
        Kept[][] running = new Kept[SIDES][round.count()];
        long[] free = new long[1];
        long period = shape.blockGroups() + gap;
        scheduler.attempt(Math.max(loadable, earliest(available, period)), at -> {
            mask = mask(at + firstRow(0));
            for (Kept[] side : running) {
                java.util.Arrays.fill(side, null);
            }
            for (int step = 0; step < steps; step++) {
                long start = at + step * period;
                load(step, start);
                free[0] = rows(step, start + firstRow(step), running);
            }
        });
        List<List<Kept>> largest = new ArrayList<>();
        for (int head = 0; head < round.count(); head++) {
            List<Kept> sides = new ArrayList<>();
            for (Kept[] side : running) {
                if (side[head] != null) {
                    sides.add(side[head]);
                }
            }
            largest.add(sides);
        }
        return new Found(List.copyOf(largest), free[0]);
    }

    /** Queries must be there for the first row, and the current key for the load that it is in. */
    private long earliest(long available, long period) {
        long earliest = available - firstRow(0);
        List<Cache> caches = round.caches();
        for (int cache = 0; cache < caches.size(); cache++) {
            long step = ((loads - 1L) * caches.size() + cache) * shape.vectors();
            earliest = Math.max(earliest, caches.get(cache).keyReadable() - step * period);
        }
        return earliest;
    }

    /** Keys from the beginning of a load to its first row: rows come after the next load, then what was loaded meanwhile is installed. */
    private long firstRow(int step) {
        int groups = shape.blockGroups();
        return step + 1 < steps ? 2L * groups + gap : (long) groups + gap - 1 + geometry.installed;
    }

    private void load(int step, long start) {
        int groups = shape.blockGroups();
        int load = load(step);
        Cache cache = cache(step);
        stage.arrays().occupy(start, groups, 1);
        for (int side = 0; side < SIDES && block(load, 0, side) < blocks; side++) {
            int first = block(load, 0, side);
            Plane plane = new Plane(Cache.side(first), 0);
            stage.arrays()
                    .load(Element.FP16, plane, start, cache.keyGroups(first), 1, cache.keyWord(first, vector(step)));
            stage.arrays().install(Element.FP16, plane, start + groups + gap - 1, cache.keyGroups(first));
        }
    }

    private Cache cache(int step) {
        return round.caches().get(step / shape.vectors() % round.caches().size());
    }

    private int load(int step) {
        return step / shape.vectors() / round.caches().size();
    }

    /** Which vector of the keys a step loads. */
    private int vector(int step) {
        return step % shape.vectors();
    }

    private int block(int load, int set, int side) {
        return SIDES * (load * shape.keySets() + set) + side;
    }

    /** Returns the key from which on the arrays are free. */
    private long rows(int step, long from, Kept[][] running) {
        int load = load(step);
        long u = from;
        for (int set = 0; set < shape.keySets() && block(load, set, 0) < blocks; set++) {
            for (int head = 0; head < round.count(); head++) {
                if (round.heads().get(head).cache() != cache(step)) {
                    continue;
                }
                for (int side = 0; side < SIDES && block(load, set, side) < blocks; side++) {
                    running[side][head] =
                            score(block(load, set, side), set, vector(step), head, u, running[side][head]);
                }
                u += apart;
            }
        }
        return u;
    }

    /** What is added to scores of the last block, read before the first score comes and kept for all heads. */
    private Kept mask(long firstRow) {
        Hemisphere side = Cache.side(blocks - 1);
        long cycle = geometry.taken(geometry.throughArray(firstRow)) - alu;
        long until = cycle + (long) (steps + 1) * (shape.blockGroups() + gap);
        Operand read = stage.constants().from(side, Layout.mask(side, stage.stepRow()), cycle);
        return all.unary(UnaryOperation.COPY, Element.FP32, read, cycle, until);
    }

    /** Scores of a block into memory, and into the largest of each lane. */
    private @Nullable Kept score(int block, int set, int vector, int head, long u, @Nullable Kept largest) {
        Hemisphere side = Cache.side(block);
        Plane plane = new Plane(side, 0);
        int row = scheduler.label();
        int rows = shape.keySets() * shape.vectors();
        Place query = Layout.query(round.heads().get(head).query() * rows + set + vector);
        all.readOutward(side, query, ROW_STREAM, row, u);
        boolean end = vector == shape.vectors() - 1;
        int label = end ? scheduler.label() : 0;
        stage.arrays().multiply(plane, u, ROW_STREAM, row, head, vector > 0, label);
        if (!end) {
            return largest;
        }
        long w = geometry.throughArray(u);
        long cycle = geometry.taken(w);
        Place place = Layout.scores(side, block, head);
        Operand score = Constants.sums(plane, label);
        if (block == blocks - 1) {
            Stream out = Geometry.out(side, WIDE_STREAM);
            Operand lanes = java.util.Objects.requireNonNull(mask).operand();
            Kept masked = all.binary(BinaryOperation.ADD, score, lanes, cycle, cycle + alu, out);
            all.writeOutward(side, place, WIDE_STREAM, masked.label(), geometry.outwardAt(masked.ready()));
            score = masked.operand();
            cycle += alu;
        } else {
            all.writeInward(side, place, plane.resultStream(), label, w);
        }
        Operand x = score;
        if (largest == null) {
            // The offsets are found some steps later.
            long until = cycle + (long) steps * (shape.blockGroups() + gap) + 40;
            return all.reserve(
                    true, cycle, until, to -> new VectorInstruction.Unary(UnaryOperation.COPY, Element.FP32, x, to));
        }
        return all.again(
                largest,
                cycle,
                to -> new VectorInstruction.Binary(BinaryOperation.MAX, Element.FP32, largest.operand(), x, to));
    }
}
