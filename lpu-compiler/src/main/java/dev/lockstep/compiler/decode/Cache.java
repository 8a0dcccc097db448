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
import java.util.List;

/**
 * Keys and values of one head in one layer. Blocks of 320 positions lie alternately in the east and the west. A key is a row of the array that
 * multiplies it with the query, so it lies as it is computed, in the pair of slices that feeds its row. Values lie transposed: the row of an
 * element has its positions as lanes.
 */
final class Cache {
    private static final int STREAM = 4;
    private static final int OLD_STREAM = 30;
    /** Outward; what else flows while values are added has other streams. */
    private static final int NEW_STREAM = 30;

    private static final int ROWS = 16;
    /** Elements of a latent value that are appended in one go. */
    private static final int PIECE = 64;
    /** An append waits no longer between its parts: it begins later instead. */
    private static final int LONGEST_WAIT = 60;
    /** At the latest it begins when the half layer behind it has been placed. */
    private static final int LONGEST_HALF = 20_000;
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
        keys = stage.layout().cached(shape.keyRoom() * shape.vectors() * shape.blockGroups());
        values = stage.layout().cached(shape.roomPerSide() * shape.vectors() * shape.headGroups());
    }

    static Hemisphere side(int block) {
        return block % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
    }

    /** First word of a vector of the keys of a block. */
    Address keyWord(int block, int vector) {
        int load = block / 2 / shape.keySets();
        return new Address(keys + (load * shape.vectors() + vector) * shape.blockGroups(), BASE);
    }

    Address valueWord(int block, int vector) {
        return new Address(values + (block / 2 * shape.vectors() + vector) * shape.headGroups(), BASE);
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

    /** Writes a vector of the key of the current position: into the first set as it is, into others beside the keys that are there. */
    void keep(Kept key, int vector) {
        int position = shape.positions() - 1;
        int block = position / shape.lanes();
        int row = position % shape.lanes();
        Hemisphere side = side(block);
        Address word = keyWord(block, vector).advanced(row / ROWS);
        Stream out = Geometry.out(side, STREAM);
        Kept narrow;
        if (keySet(block) == 0) {
            narrow = scheduler.all().narrow(key.operand(), key.ready(), key.ready(), out);
        } else {
            int alu = geometry.alu;
            Operand shifted = stage.shifted(key, side, key.ready(), -keySet(block) * shape.headSize());
            long cycle = stage.backFrom(key.ready());
            Operand before = old(side, row, word, cycle);
            Kept fresh = scheduler.all().unary(UnaryOperation.COPY, Element.FP32, shifted, cycle, cycle + 2L * alu);
            Place others = Layout.otherSets(side, stage.stepRow());
            Kept both = beside(before, others, fresh, side, cycle);
            narrow = scheduler.all().narrow(both.operand(), both.ready(), both.ready(), out);
        }
        long u = geometry.outwardAt(narrow.ready());
        scheduler.through(u);
        write(side, row, word, out, narrow.label(), u);
        written = Math.max(written, u);
    }

    /** What is in memory, as the vector unit takes it in a cycle: FP16 from the pair of slices that feeds a row of the array. */
    private Operand old(Hemisphere side, int row, Address word, long cycle) {
        int old = scheduler.label();
        long w = geometry.inwardAt(cycle);
        scheduler.alone(Geometry.in(side, OLD_STREAM), w);
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
     * Adds the current value to the transposed ones, between what the arrays do already: an array whose only row is the value, times
     * a row that is one in one lane, gives the element of that lane in the lane of the position.
     *
     * @param from key from which on the value is there
     */
    void append(long from) {
        int position = shape.positions() - 1;
        int block = position / shape.lanes();
        int row = position % shape.lanes();
        // Latent values are so long that both hemispheres' arrays turn them, a piece at a time.
        boolean latent = shape.latent() != null;
        List<Hemisphere> arrays = latent ? List.of(Hemisphere.values()) : List.of(side(block));
        int piece = latent ? PIECE : shape.headSize();
        long next = from;
        for (int vector = 0; vector < shape.vectors(); vector++) {
            for (int first = 0; first < shape.headSize(); first += piece) {
                next = append(vector, first, Math.min(piece, shape.headSize() - first), block, row, arrays, next);
            }
        }
    }

    /** Appends some elements of a vector; returns the key from which on others may follow. */
    private long append(int vector, int first, int elements, int block, int row, List<Hemisphere> arrays, long from) {
        // A row takes an array two cycles; results of both sides share streams, on which they must not meet.
        int apart = 2 / arrays.size();
        long[] end = new long[1];
        // All in one go: what is placed already must not install other weights in between.
        scheduler.attempt(from, LONGEST_HALF, start -> {
            long next = start;
            for (Hemisphere array : arrays) {
                next = Math.max(next, load(vector, array, row, row / ROWS + 1, start));
            }
            for (int element = first; element < first + elements; element++) {
                int lane = element;
                Plane plane = new Plane(arrays.get(element % arrays.size()), 0);
                next = apart + scheduler.within(next, LONGEST_WAIT, u -> element(plane, block, vector, lane, u));
            }
            end[0] = next + 1;
        });
        return end[0];
    }

    /** Writes the value as the only row of a tile, loads that, and takes it back for the next position; returns the key from which on rows can come. */
    private long load(int vector, Hemisphere side, int row, int groups, long from) {
        Plane plane = new Plane(side, 0);
        Address word = Address.of(stage.scratch() + row / ROWS);
        Place place = Layout.value(side, keyHead * shape.vectors() + vector);
        Operand value = stage.constants().from(side, place, geometry.completedFor(from) - geometry.alu);
        scratch(side, row, word, value, from);
        long start = scheduler.within(from + 1 + geometry.read, LONGEST_WAIT, u -> {
            stage.arrays().occupy(u, groups, 1);
            stage.arrays().load(Element.FP16, plane, u, groups, 1, Address.of(stage.scratch()));
            stage.arrays().install(Element.FP16, plane, u + groups, groups);
        });
        scheduler.within(start + groups + 1, LONGEST_WAIT, u -> scratch(side, row, word, Operand.Constant.of(0), u));
        return start + groups + geometry.installed;
    }

    /** Writes a row of the tile, with a key. */
    private void scratch(Hemisphere side, int row, Address word, Operand value, long u) {
        scheduler.through(u);
        long cycle = geometry.completedFor(u) - geometry.alu;
        Stream out = Geometry.out(side, STREAM);
        Kept narrow = scheduler.all().narrow(value, cycle, cycle, out);
        write(side, row, word, out, narrow.label(), u);
    }

    private void element(Plane plane, int block, int vector, int element, long u) {
        Group all = scheduler.all();
        Hemisphere side = side(block);
        int alu = geometry.alu;
        int unit = scheduler.label();
        scheduler.alone(Geometry.out(plane.hemisphere(), STREAM), u);
        all.readOutward(plane.hemisphere(), Layout.unit(element), STREAM, unit, u);
        int column = scheduler.label();
        stage.arrays().multiply(plane, u, STREAM, unit, 0, false, column);
        long cycle = geometry.taken(geometry.throughArray(u));
        Address word = valueWord(block, vector).advanced(element / ROWS);
        Kept fresh =
                all.unary(UnaryOperation.COPY, Element.FP32, Constants.sums(plane, column), cycle, cycle + 2L * alu);
        Place others = Layout.otherLanes(side, stage.stepRow());
        Kept sum = beside(old(side, element, word, cycle), others, fresh, side, cycle);
        Stream out = Geometry.out(side, NEW_STREAM);
        Kept narrow = all.narrow(sum.operand(), sum.ready(), sum.ready(), out);
        long back = geometry.outwardAt(narrow.ready());
        scheduler.through(back);
        write(side, element, word, out, narrow.label(), back);
    }

    /**
     * Puts something beside what is in other lanes, in whose place there may be what a guessed token has left.
     *
     * @param old FP16 that the vector unit takes in a cycle
     * @param others one in the lanes that stay, zero in the others
     * @param fresh zero in the lanes that stay
     */
    private Kept beside(Operand old, Place others, Kept fresh, Hemisphere side, long cycle) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        Kept wide = all.widen(old, cycle, cycle + alu);
        Operand lanes = stage.constants().from(side, others, cycle + alu);
        Kept stays = all.binary(BinaryOperation.MUL, wide.operand(), lanes, cycle + alu, cycle + 2L * alu);
        return all.binary(BinaryOperation.ADD, stays.operand(), fresh.operand(), cycle + 2L * alu, cycle + 3L * alu);
    }

    /** Writes FP16 into the pair of slices that feeds a row of the array. */
    private void write(Hemisphere side, int row, Address word, Stream out, int label, long u) {
        scheduler.alone(out, u);
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
