package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Keys and values of one head in one layer. Blocks of 320 positions lie alternately in the east and the west. A key is a row of the array that
 * multiplies it with the query, so it lies as it is computed, in the pair of slices that feeds its row. Values lie transposed: the row of an
 * element has its positions as lanes.
 */
final class Cache {
    private static final int STREAM = 4;
    private static final int OLD_STREAM = 30;
    private static final int ROWS = 16;
    /** Number of the base to which words of the cache are added: each user has one. */
    private static final int BASE = 0;

    private final Stage stage;
    private final Shape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final int keys;
    private final int values;

    /** Key outward with which the current key passed into memory. */
    private long written;

    private final int keyHead;

    Cache(Stage stage, Shape shape, int keyHead) {
        this.stage = stage;
        this.keyHead = keyHead;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        int perSide = Math.ceilDiv(shape.positionBlocks(), 2);
        keys = stage.layout().cached(shape.keyLoads() * shape.blockGroups());
        values = stage.layout().cached(perSide * shape.headGroups());
    }

    static Hemisphere side(int block) {
        return block % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
    }

    /** First word of the keys of a block. */
    Address keyWord(int block) {
        return new Address(keys + block / 2 / shape.keySets() * shape.blockGroups(), BASE);
    }

    Address valueWord(int block) {
        return new Address(values + block / 2 * shape.headGroups(), BASE);
    }

    /** The set of lanes of a block's keys. */
    int keySet(int block) {
        return block / 2 % shape.keySets();
    }

    /** Groups of a block that hold positions. */
    int keyGroups(int block) {
        return Math.ceilDiv(Math.min(shape.lanes(), shape.positions() - block * shape.lanes()), ROWS);
    }

    /** Key outward from which on weights that are read have the current key among them. */
    long keyReadable() {
        return written + 1 + geometry.read;
    }

    /** Writes the key of the current position: into the first set as it is, into others beside the keys that are there. */
    void keep(Kept key) {
        int position = shape.positions() - 1;
        int block = position / shape.lanes();
        int row = position % shape.lanes();
        Hemisphere side = side(block);
        Address word = keyWord(block).advanced(row / ROWS);
        Stream out = Geometry.out(side, STREAM);
        Kept narrow;
        if (keySet(block) == 0) {
            narrow = scheduler.all().narrow(key.operand(), key.ready(), key.ready(), out);
        } else {
            int alu = geometry.alu;
            Operand shifted = stage.shifted(key, side, key.ready(), -keySet(block) * shape.headSize());
            long cycle = stage.backFrom(key.ready());
            Operand before = old(side, row, word, cycle);
            Kept wide = scheduler.all().widen(before, cycle, cycle + alu);
            Kept fresh = scheduler.all().unary(UnaryOperation.COPY, Element.FP32, shifted, cycle, cycle + alu);
            Kept both = scheduler
                    .all()
                    .binary(BinaryOperation.ADD, wide.operand(), fresh.operand(), cycle + alu, cycle + 2L * alu);
            narrow = scheduler.all().narrow(both.operand(), both.ready(), both.ready(), out);
        }
        long u = geometry.outwardAt(narrow.ready());
        scheduler.through(u);
        write(side, row, word, out, narrow.label(), u);
        written = u;
    }

    /** What is in memory, as the vector unit takes it in a cycle: FP16 from the pair of slices that feeds a row of the array. */
    private Operand old(Hemisphere side, int row, Address word, long cycle) {
        int old = scheduler.label();
        long w = geometry.inwardAt(cycle);
        for (int part = 0; part < Element.FP16.planes(); part++) {
            int slice = stage.arrays().slice(side, 2 * (row % ROWS) + part);
            Flow to = new Flow(Geometry.in(side, OLD_STREAM), old).plane(part);
            scheduler
                    .all()
                    .put(
                            Queue.memory(side, slice),
                            w - geometry.memory(slice) - geometry.read,
                            new MemoryInstruction.Read(word, to));
        }
        return new Operand.OfStream(new Flow(Geometry.in(side, OLD_STREAM), old));
    }

    /**
     * Adds the current value to the transposed ones, when the arrays have nothing else to do: an array whose only row is the value, times
     * a row that is one in one lane, gives the element of that lane in the lane of the position.
     *
     * @param from key from which on the arrays are free
     * @return key from which on they are free again
     */
    long append(long from) {
        int position = shape.positions() - 1;
        int block = position / shape.lanes();
        int row = position % shape.lanes();
        Hemisphere side = side(block);
        Plane plane = new Plane(side, 0);
        int groups = row / ROWS + 1;
        long loaded = load(side, plane, row, groups, from);
        long next = loaded;
        for (int element = 0; element < shape.headSize(); element++) {
            int lane = element;
            next = 2 + scheduler.attempt(next, u -> element(side, plane, block, lane, u));
        }
        return next;
    }

    /** Writes the value as the only row of a tile, loads that, and takes it back for the next position; returns the key from which on rows can come. */
    private long load(Hemisphere side, Plane plane, int row, int groups, long from) {
        long written = scheduler.attempt(from, u -> {
            scheduler.through(u);
            long cycle = geometry.completedFor(u) - geometry.alu;
            Operand value = stage.constants().from(side, Layout.value(side, keyHead), cycle);
            Stream out = Geometry.out(side, STREAM);
            Kept narrow = scheduler.all().narrow(value, cycle, cycle, out);
            write(side, row, Address.of(stage.scratch() + row / ROWS), out, narrow.label(), u);
        });
        long start = scheduler.attempt(written + 1 + geometry.read, u -> {
            stage.arrays().occupy(u, groups, 1);
            stage.arrays().load(Element.FP16, plane, u, groups, 1, Address.of(stage.scratch()));
            stage.arrays().install(Element.FP16, plane, u + groups, groups);
        });
        scheduler.attempt(start + groups + 1, u -> {
            scheduler.through(u);
            long cycle = geometry.completedFor(u) - geometry.alu;
            Stream out = Geometry.out(side, STREAM);
            Kept zero = scheduler.all().narrow(Operand.Constant.of(0), cycle, cycle, out);
            write(side, row, Address.of(stage.scratch() + row / ROWS), out, zero.label(), u);
        });
        return start + groups + geometry.installed;
    }

    private void element(Hemisphere side, Plane plane, int block, int element, long u) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        int unit = scheduler.label();
        all.readOutward(side, Layout.unit(element), STREAM, unit, u);
        int column = scheduler.label();
        stage.arrays().multiply(plane, u, STREAM, unit, 0, false, column);
        long cycle = geometry.taken(geometry.throughArray(u));
        Address word = valueWord(block).advanced(element / ROWS);
        Kept wide = all.widen(old(side, element, word, cycle), cycle, cycle + alu);
        Kept fresh = all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, column), cycle, cycle + alu);
        Kept sum = all.binary(BinaryOperation.ADD, wide.operand(), fresh.operand(), cycle + alu, cycle + 2L * alu);
        Stream out = Geometry.out(side, STREAM + 2);
        Kept narrow = all.narrow(sum.operand(), cycle + 2L * alu, cycle + 2L * alu, out);
        long back = geometry.outwardAt(narrow.ready());
        scheduler.through(back);
        write(side, element, word, out, narrow.label(), back);
    }

    /** Writes FP16 into the pair of slices that feeds a row of the array. */
    private void write(Hemisphere side, int row, Address word, Stream out, int label, long u) {
        for (int part = 0; part < Element.FP16.planes(); part++) {
            int slice = stage.arrays().slice(side, 2 * (row % ROWS) + part);
            Flow from = new Flow(out, label).plane(part);
            scheduler
                    .all()
                    .put(
                            Queue.memory(side, slice),
                            u + geometry.memory(slice),
                            new MemoryInstruction.Write(from, word));
        }
    }
}
