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
final class Probabilities extends RoundPart {
    private static final int ROW_STREAM = 0;
    /** Cycles by which what is current is written later than the rest: between rows of other blocks, which come one a cycle, there is no room. */
    private static final int CURRENT_DELAY = 34;

    Probabilities(Stage stage, Shape shape, Round round) {
        super(stage, shape, round);
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
            Kept others = otherLanes(at);
            // The block of the current position comes first, because its share is needed apart.
            for (int i = blocks - 1; i >= 0; i--) {
                for (int head = 0; head < count; head++) {
                    long cycle = next[i % 2]++;
                    long readable = i == blocks - 1
                            ? lastExponent(head, offsets.get(head), others, cycle)
                            : exponent(i, head, offsets.get(head), cycle);
                    items.add(new Item(i, head, readable));
                }
                // Rows of the last block take an operation more.
                next[i % 2] += i == blocks - 1 ? alu : 0;
            }
        });
        return new Exponents(List.copyOf(items), geometry.outwardAt(ready));
    }

    /** Zero in the lane of the current position, one in the others; read before the scores, which come one a cycle. */
    private Kept otherLanes(long first) {
        Hemisphere side = Cache.side(blocks - 1);
        Operand lanes = stage.constants().from(side, Layout.otherLanes(side, stage.stepRow()), first - alu);
        return all.unary(UnaryOperation.COPY, Element.FP32, lanes, first - alu, first + 2L * alu + count - 1);
    }

    private long exponent(int block, int head, Kept offset, long cycle) {
        Hemisphere side = Cache.side(block);
        Kept share = share(block, head, offset, cycle, cycle + 2L * alu);
        return store(side, share, share.ready(), ROW_STREAM, Layout.probabilities(block, head));
    }

    private Kept share(int block, int head, Kept offset, long cycle, long until) {
        Hemisphere side = Cache.side(block);
        Operand score = stage.constants().from(side, Layout.scores(side, block, head), cycle);
        Kept power = all.binary(BinaryOperation.SUB, score, offset.operand(), cycle, cycle + alu);
        return all.unary(UnaryOperation.EXP2, Element.FP32, power.operand(), cycle + alu, until);
    }

    /** In the last block, the share of the current position stands apart: the value in memory at its place may be that of a wrong guess. */
    private long lastExponent(int head, Kept offset, Kept others, long cycle) {
        int block = blocks - 1;
        Hemisphere side = Cache.side(block);
        Kept share = share(block, head, offset, cycle, cycle + 3L * alu);
        Kept past = all.binary(BinaryOperation.MUL, share.operand(), others.operand(), share.ready(), cycle + 3L * alu);
        long later = past.ready() + CURRENT_DELAY;
        Kept current = all.binary(BinaryOperation.SUB, share.operand(), past.operand(), past.ready(), later);
        store(side, current, later, ROW_STREAM + 2, Layout.current(head));
        return store(side, past, past.ready(), ROW_STREAM, Layout.probabilities(block, head));
    }

    /** FP16 into memory of one side; returns the key from which on it can be read. */
    private long store(Hemisphere side, Kept value, long cycle, int stream, Place place) {
        Stream out = Geometry.out(side, stream);
        Kept narrow = all.narrow(value.operand(), cycle, cycle, out);
        long u = geometry.outwardAt(narrow.ready());
        all.writeOutward(side, place, stream, narrow.label(), u);
        return u + 1 + geometry.read;
    }

    /** For each head, sums of probabilities by side, the current one included, and the current one alone, in all lanes. */
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
            long readable = exponents.items().get(head).readable() + CURRENT_DELAY;
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
        // The current one stays in the accumulator, so that the last block's side goes on from it.
        boolean[][] started = new boolean[2][count];
        java.util.Arrays.fill(started[(blocks - 1) % 2], true);
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
