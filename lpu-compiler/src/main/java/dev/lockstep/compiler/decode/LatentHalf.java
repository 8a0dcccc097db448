package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Operand.Constant;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Latent attention on chips that hold some heads of queries, all of which look at the same compressed keys. Every chip computes for itself what is common to all heads: the
 * elements from which queries are made, and the compressed key, which is its value as well. Queries come out in the space of compressed keys, because the projection of
 * keys is absorbed in theirs; what heads have seen is in that space, too, and a matrix for each head turns it into values.
 */
final class LatentHalf {
    /** Cycles for which what is common to all heads stays: its norms are found meanwhile. */
    private static final int NORMS = 300;
    /** Cycles for which queries wait at most until their turn comes, and cycles of a turn. */
    private static final int QUERIES = 12;

    private static final long QUERY_CYCLES = 4;
    /** Cycles from one vector of a key to the next, which take the same streams. */
    private static final int APART = 4;

    private static final int VALUE_STREAM = 28;

    private final Stage stage;
    private final Shape shape;
    private final LatentShape latent;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final Rotation rotation;
    private final int compressed;
    private final int positioned;
    private final int scale;
    /** Key from which on arrays are free. */
    private long free;

    LatentHalf(Stage stage, Shape shape) {
        this.stage = stage;
        this.shape = shape;
        this.latent = Objects.requireNonNull(shape.latent());
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.rotation = new Rotation(stage, shape);
        this.compressed = stage.layout().constant();
        this.positioned = stage.layout().constant();
        this.scale = stage.layout().constant();
        stage.layout().contents().latentTables(compressed, positioned, scale);
    }

    List<Sums.Sent> place(Residual residual) {
        int vectors = latent.vectors();
        int queries = latent.heads() * vectors;
        int blocks = latent.queryBlocks(shape.lanes());
        int tiles = vectors + (blocks > 0 ? blocks : queries);
        int groups = Math.max(latent.vectorGroups(), latent.queryBlockGroups(shape.lanes()));
        Sweep common = sweep(
                Contents.Matrix.LATENT_COMMON,
                Sweep.passes(
                        shape.blocks(),
                        0,
                        tiles,
                        groups,
                        stage.arrays().planes().size()),
                stage.residualRows(shape.blocks()));
        List<Sweep.Sums> results = common.place(residual.available(), residual.earliest());
        long until = geometry.taken(geometry.throughArray(common.end())) + NORMS;
        Kept factor =
                stage.norm().factor(residual.squares(), shape.blockGroups(), common.end(), use -> Math.max(use, until));
        free = common.end() + shape.blockGroups() + 8;
        List<Kept> projected = stage.scaled(tiles, results, tile -> until);
        List<Kept> key = projected.subList(0, vectors);
        List<Kept> rest = projected.subList(vectors, tiles);
        Cache cache = new Cache(stage, shape, 0);
        stage.layout().contents().cache(0, cache);

        long[] rows = blocks > 0 ? queryRows(rest, factor) : new long[0];
        long value = key(key, factor, cache);
        long available = blocks > 0 ? queries(rows, queries) : rotated(rest, factor.operand(), factor.ready());

        List<Long> contexts = new ArrayList<>();
        long loadable = free;
        free = Math.max(free, available);
        for (int first = 0; first < latent.heads(); first += Round.MOST) {
            List<Round.Head> heads = IntStream.range(first, Math.min(first + Round.MOST, latent.heads()))
                    .mapToObj(query -> new Round.Head(query, 0, cache))
                    .toList();
            LatentHeads.Seen seen =
                    new LatentHeads(stage, shape, new Round(first / Round.MOST, heads)).place(free, loadable, value);
            contexts.addAll(seen.available());
            free = seen.free();
            loadable = seen.loadable();
        }
        long[] readable = values(contexts.stream().mapToLong(Long::longValue).toArray());
        return output(residual, factor, readable, cache);
    }

    private List<Sums.Sent> output(Residual residual, Kept factor, long[] readable, Cache cache) {
        List<Place> rows =
                IntStream.range(0, readable.length).mapToObj(Layout::attended).toList();
        List<Sums.Sent> sent = stage.outputs()
                .place(Contents.Matrix.OUTPUT, shape.blocks(), shape.blockGroups(), rows, readable, free);
        long attended = Arrays.stream(readable).max().orElseThrow();
        stage.mark(Mark.Phase.PROJECT, residual.arrived(), factor.ready());
        stage.mark(Mark.Phase.ATTEND, factor.ready(), attended);
        stage.mark(Mark.Phase.OUTPUT, attended, stage.outputs().end());
        stage.markSum(stage.outputs().end(), sent);
        stage.appendLater(List.of(cache), stage.outputs().end());
        return sent;
    }

    private Sweep sweep(Contents.Matrix matrix, List<Sweep.Pass> passes, List<Place> rows) {
        return new Sweep(stage.arrays(), scheduler, stage.layout(), matrix, passes, rows);
    }

    /** The factor of the norm of some values, which are still to be multiplied with the residual's factor: the result holds both. */
    private Kept norm(NormFactor norm, List<Kept> values, Kept factor) {
        long[] readable = new long[1];
        long ready = values.stream().mapToLong(Kept::ready).max().orElseThrow();
        scheduler.attempt(ready, at -> readable[0] = norm.squares(values, at));
        NormFactor.Found found = norm.factor(readable[0], shape.blockGroups(), free, factor, NORMS / 2);
        free = found.free();
        return found.factor();
    }

    /** Normalizes the elements from which queries are made; returns the keys from which on rows can be read. */
    private long[] queryRows(List<Kept> elements, Kept factor) {
        Kept own = norm(stage.norm().beside(latent.queryRank(), 1), elements, factor);
        long[] readable = new long[elements.size()];
        scheduler.attempt(own.ready(), at -> {
            for (int block = 0; block < readable.length; block++) {
                long cycle = at + block;
                Kept element = all.binary(
                        BinaryOperation.MUL, elements.get(block).operand(), own.operand(), cycle, cycle + alu);
                readable[block] = stage.row(element, element.ready(), Layout.latentQueries(block));
            }
        });
        return readable;
    }

    /** The key of the position, into the cache, and as the value; returns the cycle from which on the value can be read. */
    private long key(List<Kept> projected, Kept factor, Cache cache) {
        int last = latent.vectors() - 1;
        Kept[] masked = new Kept[1];
        scheduler.attempt(projected.get(last).ready(), at -> {
            Operand lanes = stage.constants().at(Hemisphere.EAST, compressed, at);
            masked[0] = all.binary(BinaryOperation.MUL, projected.get(last).operand(), lanes, at, at + 60);
        });
        List<Kept> values = new ArrayList<>(projected.subList(0, last));
        values.add(masked[0]);
        int rank = latent.vectors() * latent.part();
        Kept own = norm(stage.norm().beside(rank, 2), values, factor);
        long[] there = new long[1];
        scheduler.attempt(Math.max(own.ready(), factor.ready()), at -> {
            there[0] = 0;
            for (int vector = 0; vector < last; vector++) {
                long cycle = at + (long) APART * vector;
                Kept part = all.binary(
                        BinaryOperation.MUL, projected.get(vector).operand(), own.operand(), cycle, cycle + 2L * alu);
                there[0] = Math.max(there[0], keep(part, vector, cache));
            }
            // Only the compressed part is normalized; the rest carries the position.
            Operand lanes = stage.constants().at(Hemisphere.EAST, compressed, at);
            Kept one = all.binary(BinaryOperation.MUL, own.operand(), lanes, at, at + alu + 1);
            Operand others = stage.constants().at(Hemisphere.EAST, positioned, at + 1);
            Kept other = all.binary(BinaryOperation.MUL, factor.operand(), others, at + 1, at + alu + 1);
            long cycle = at + alu + 1;
            Kept both = all.binary(BinaryOperation.ADD, one.operand(), other.operand(), cycle, cycle + alu);
            Kept part = rotation.key(projected.get(last), both.operand(), Hemisphere.WEST, both.ready(), 2 * alu);
            there[0] = Math.max(there[0], keep(part, last, cache));
        });
        return there[0];
    }

    /** Writes a vector of the key into the cache, and as a value of FP32 into both hemispheres' memory. */
    private long keep(Kept part, int vector, Cache cache) {
        cache.keep(part, vector);
        long u = geometry.outwardAt(part.ready() + alu);
        for (Hemisphere side : Hemisphere.values()) {
            Stream out = Geometry.out(side, VALUE_STREAM);
            Kept copy = all.unary(UnaryOperation.COPY, Element.FP32, part.operand(), part.ready(), part.ready(), out);
            all.writeOutward(side, Layout.value(side, vector), VALUE_STREAM, copy.label(), u);
        }
        return geometry.taken(u + 2L * geometry.switches);
    }

    /** Queries from their normalized elements; returns the key from which on they can be read. */
    private long queries(long[] rows, int queries) {
        List<Place> places =
                IntStream.range(0, rows.length).mapToObj(Layout::latentQueries).toList();
        Sweep sweep = sweep(
                Contents.Matrix.LATENT_QUERY,
                Sweep.passes(
                        rows.length,
                        0,
                        queries,
                        latent.vectorGroups(),
                        stage.arrays().planes().size()),
                places);
        List<Sweep.Sums> results = sweep.place(rows, free);
        free = sweep.end();
        long arrival = geometry.taken(geometry.throughArray(free));
        List<Kept> projected = stage.scaled(queries, results, query -> arrival + QUERIES + turn(query));
        return rotated(projected, Constant.of(1), arrival);
    }

    /** Cycles by which a vector of a query comes after the first: those that are rotated come last, because they take longer. */
    private long turn(int query) {
        int vectors = latent.vectors();
        int head = query / vectors;
        int vector = query % vectors;
        return QUERY_CYCLES
                * (latent.rotated(vector) ? latent.heads() * (vectors - 1L) + head : head * (vectors - 1L) + vector);
    }

    /** Queries times a factor and the scale of scores, as rows; the last vector of each is rotated. Returns the key from which on all can be read. */
    private long rotated(List<Kept> projected, Operand factor, long from) {
        long ready =
                Math.max(from, projected.stream().mapToLong(Kept::ready).max().orElseThrow());
        long[] readable = new long[1];
        scheduler.attempt(ready, at -> {
            readable[0] = 0;
            for (int query = 0; query < projected.size(); query++) {
                Hemisphere side = query / latent.vectors() % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
                long cycle = at + turn(query);
                Kept row;
                if (latent.rotated(query % latent.vectors())) {
                    row = rotation.query(projected.get(query), factor, side, cycle);
                } else {
                    Kept own =
                            all.binary(BinaryOperation.MUL, projected.get(query).operand(), factor, cycle, cycle + alu);
                    Operand scales = stage.constants().at(side, scale, own.ready());
                    row = all.binary(BinaryOperation.MUL, own.operand(), scales, own.ready(), own.ready() + alu);
                }
                readable[0] = Math.max(readable[0], stage.row(row, row.ready(), Layout.query(query)));
            }
        });
        return readable[0];
    }

    /** Values of all heads from what they have seen, two heads in a row; returns the keys from which on rows can be read. */
    private long[] values(long[] contexts) {
        int vectors = latent.vectors();
        List<Place> places = IntStream.range(0, contexts.length)
                .mapToObj(Layout::latentContext)
                .toList();
        List<Sweep.Pass> passes = new ArrayList<>();
        for (int vector = 0; vector < vectors; vector++) {
            for (int pair = 0; pair < latent.pairs(); pair++) {
                int head = 2 * pair;
                boolean two = head + 1 < latent.heads();
                List<Integer> rows = List.of(head * vectors + vector, two ? (head + 1) * vectors + vector : -1, -1, -1);
                passes.add(new Sweep.Pass(
                        latent.pairGroups(), rows, Sweep.outputs(head, rows.size()), pair, vector == vectors - 1, 0));
            }
        }
        Sweep sweep = sweep(Contents.Matrix.LATENT_VALUE, passes, places);
        List<Sweep.Sums> results = sweep.place(contexts, free);
        free = sweep.end();
        long[] readable = new long[latent.pairs()];
        for (int pair = 0; pair < readable.length; pair++) {
            int own = pair;
            Sweep.Sums sums = results.get(pair);
            int scales = stage.layout().constant();
            scheduler.attempt(geometry.taken(sums.w()) + 4L * alu, at -> {
                Kept row = stage.bothPlanes(sums, 0, scales, at);
                readable[own] = stage.row(row, at, Layout.attended(own));
            });
        }
        return readable;
    }
}
