package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;

/** Probabilities of a round of heads, as rows of FP16 in memory, and their sums. */
final class Probabilities {
    private static final int ROW_STREAM = 0;
    /** After the reads of all scores, which come one a cycle. */
    private static final int ONE_HOT_DELAY = 34;

    private final Stage stage;
    private final Shape shape;
    private final int count;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Group all;
    private final int alu;
    private final int blocks;
    private final int passes;

    Probabilities(Stage stage, Shape shape, Round round) {
        this.stage = stage;
        this.shape = shape;
        this.count = round.count();
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.blocks = shape.positionBlocks();
        this.passes = Math.ceilDiv(blocks, 2);
    }

    /** When rows of probabilities can be read, per side in the order of their items, and when their arrays are free. */
    record Exponents(List<Item> items, long free) {
        /** @throws Conflict if probabilities cannot be read with a key yet */
        void requireReadable(int block, int head, long u) {
            for (Item item : items) {
                if (item.block() == block && item.head() == head && item.readable() > u) {
                    throw new Conflict("probabilities with " + item.readable());
                }
            }
        }
    }

    /** Probabilities of a head in a block: the key from which on they can be read. */
    record Item(int block, int head, long readable) {}

    Exponents exponents(List<Kept> offsets) {
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

    /** FP16 into memory of one side; returns the key with which it went there. */
    private long store(Hemisphere side, Kept value, long cycle, int stream, Place place) {
        Stream out = Geometry.out(side, stream);
        Kept narrow = all.narrow(value.operand(), cycle, cycle, out);
        long u = geometry.outwardAt(narrow.ready());
        all.writeOutward(side, place, stream, narrow.label(), u);
        return u;
    }

    /** For each head, sums of probabilities by side and the current one, in all lanes. */
    record Denominators(List<List<Kept>> sums, List<Kept> current, long free) {}

    Denominators denominators(Exponents exponents, long ones) {
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
                        kept[0] = keep(plane, label, cycle);
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
                            kept[0] = keep(plane, label, geometry.taken(geometry.throughArray(u)));
                        }
                    });
            if (end) {
                sums.get(item.head()).add(kept[0]);
            }
        }
        return new Denominators(sums, current, Math.max(next[0], next[1]));
    }

    /** Values are added up until then. */
    private Kept keep(Plane plane, int label, long cycle) {
        long until = cycle + shape.valueCycles(count) + 120;
        return all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, label), cycle, until);
    }
}
