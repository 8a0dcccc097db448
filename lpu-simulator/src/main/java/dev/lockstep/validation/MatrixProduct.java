package dev.lockstep.validation;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Repeat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A product of FP16 matrices on one chip, X [rows × inner] · W [inner × columns]. Tiles of 320 × 320 weights lie still in the arrays while all rows of X pass, one every two
 * cycles; the next tile's weights come in the cycles between. The tiles of W, column after column, are dealt to the two hemispheres in turn, so that no array waits
 * for a last odd tile. The vector unit adds both hemispheres' products to what it has summed before, in FP32, and rounds a finished column of tiles to FP16.
 */
final class MatrixProduct {
    private static final int ROW_INTERVAL = 2;
    /** Weights stream from the outer slices; their upper bank has room for rows of X and for results. */
    static final int WEIGHT_SLICE = 12;

    private static final int FIRST_PAIR = 4;
    private static final int LAST_PAIR = 40;
    private static final int UPPER_BANK = 4096;
    private static final int GROUP = MatrixInstruction.ROWS_PER_GROUP;
    /** A repetition is cut so far from its ends, where those of the next pass have begun in the same queue. */
    private static final int SEAM = 32;

    private static final int ROW_STREAM = 0;
    private static final int SUM_STREAM = 0;
    private static final int KEPT_STREAM = 4;
    private static final int NEW_STREAM = 24;
    /** Weights take these streams behind the last slice with results. */
    private static final int RESULT_STREAM = 30;

    private static final List<Integer> KEEP_COPIES = List.of(9, 11);
    private static final List<Integer> KEEPS = List.of(12, 14);
    private static final List<Integer> FINISH_COPIES = List.of(2, 5);
    /** Large ones, which can convert. */
    private static final List<Integer> FINISHES = List.of(0, 8);

    private final Machine machine;
    private final Floorplan floorplan;
    private final int rows;
    private final int innerTiles;
    private final int columnTiles;
    private final int groups;
    private final int passCycles;
    private final int firstResultPair;
    private final Draft draft = new Draft(Topology.NODE, 1);

    /** Label of the first of the sums that lie in slices 0 to 3 of one side. */
    private int kept;

    MatrixProduct(Machine machine, int rows, int inner, int columns) {
        this.machine = machine;
        this.rows = rows;
        floorplan = new Floorplan(machine);
        innerTiles = tiles(inner);
        columnTiles = tiles(columns);
        groups = machine.whole(Quantity.INSTALL_CYCLES);
        // The old weights multiply the last row, then the new ones become visible; an even number, so that rows and
        // weights never meet.
        passCycles = Math.max(ROW_INTERVAL * rows, ROW_INTERVAL * (groups + 1) + 2) + 2;
        firstResultPair = FIRST_PAIR + 2 * Math.ceilDiv(held(), tilesPerPair());
        requireRoom();
    }

    private void requireRoom() {
        int words = Math.ceilDiv(innerTiles * columnTiles, 2) * groups;
        int pairs = 2 * ((LAST_PAIR - firstResultPair) / 2 + 1) * tilesPerPair();
        if (innerTiles < 2) {
            throw new IllegalArgumentException("an inner size of one tile leaves nothing to add");
        }
        if (rows > UPPER_BANK || words > UPPER_BANK || columnTiles > pairs) {
            throw new IllegalArgumentException("[" + rows + " × " + innerTiles + " tiles] · [" + columnTiles
                    + " tiles] does not fit on a chip as it is laid out here");
        }
    }

    private int tiles(int elements) {
        return Math.ceilDiv(elements, machine.lanes());
    }

    private int tilesPerPair() {
        return UPPER_BANK / rows;
    }

    /** Which half of the tiles' products a hemisphere computes, counted column after column. */
    private static Hemisphere side(int tile) {
        return tile % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
    }

    /** Where the weights of a tile lie: word of the first 16 columns, in the side's 32 outer slices. */
    static int weightWord(Machine machine, int tile) {
        return tile / 2 * machine.whole(Quantity.INSTALL_CYCLES);
    }

    /** Tiles of the inner dimension that a side multiplies: all, unless their number is even, because then every column of tiles begins in the east. */
    private int held() {
        return innerTiles % 2 == 0 ? innerTiles / 2 : innerTiles;
    }

    private int heldAs(int inner) {
        return innerTiles % 2 == 0 ? inner / 2 : inner;
    }

    /** Whether a side multiplies a tile of the inner dimension. */
    boolean holds(Hemisphere side, int inner) {
        return innerTiles % 2 != 0 || side(inner) == side;
    }

    /** Lower of the two slices that hold the rows of X of a tile of the inner dimension, on the sides that multiply it. */
    int rowSlice(int inner) {
        return FIRST_PAIR + 2 * (heldAs(inner) / tilesPerPair());
    }

    int rowWord(int inner) {
        return UPPER_BANK + heldAs(inner) % tilesPerPair() * rows;
    }

    static Hemisphere resultSide(int column) {
        return side(column);
    }

    int resultSlice(int column) {
        return firstResultPair + 2 * (column / 2 / tilesPerPair());
    }

    int resultWord(int column) {
        return UPPER_BANK + column / 2 % tilesPerPair() * rows;
    }

    /** Multiplications that are asked for, in those that the arrays could do in so many cycles. */
    double utilisation(int inner, int columns, long cycles) {
        double perCycle = 2.0 * machine.lanes() * machine.whole(Quantity.PLANE_ROWS) / ROW_INTERVAL;
        return (double) rows * inner * columns / (perCycle * cycles);
    }

    LpuProgram program() {
        int all = innerTiles * columnTiles;
        for (int pass = 0; 2 * pass < all; pass++) {
            Product east = multiply(pass, 2 * pass);
            Product west = 2 * pass + 1 < all ? multiply(pass, 2 * pass + 1) : null;
            combine(pass, east, west);
        }
        return draft.program(machine.name());
    }

    /** @param sums the products of all rows as they come to the vector unit, FP32 */
    private record Product(int column, boolean first, boolean last, Operand sums) {}

    private Product multiply(int pass, int tile) {
        int column = tile / innerTiles;
        int inner = tile % innerTiles;
        Hemisphere side = side(tile);
        load(side, tile, start(pass));
        int products = activate(side, inner, start(pass));
        Flow sums = new Flow(new Stream(side.inward(), SUM_STREAM), draft.labels(rows));
        draft.add(
                0,
                new Queue(Queue.Unit.ACCUMULATORS, side, 0),
                start(pass) + machine.whole(Quantity.MULTIPLY_CYCLES),
                new MatrixInstruction.Accumulate(Element.FP32, 0, false, products, Optional.of(sums)),
                everyRow(0));
        return new Product(column, inner == 0, inner == innerTiles - 1, new Operand.OfStream(sums));
    }

    /** The cycle in which the first row meets its weights; an even one. */
    private int start(int pass) {
        return pass * passCycles;
    }

    /** Brings the weights of a tile between the rows of the pass before. */
    private void load(Hemisphere side, int tile, int start) {
        int label = draft.labels(GROUP * groups);
        int install = start - machine.whole(Quantity.INSTALL_VISIBLE);
        int first = install - ROW_INTERVAL * groups;
        for (int stream = 0; stream < 2 * GROUP; stream++) {
            int slice = WEIGHT_SLICE + stream;
            Flow row = new Flow(new Stream(side.outward(), stream - stream % 2), label + stream / 2);
            draft.add(
                    0,
                    Queue.memory(side, slice),
                    readFor(side, slice, floorplan.matrix(side), first),
                    new MemoryInstruction.Read(Address.of(weightWord(machine, tile)), row.plane(stream % 2)),
                    Draft.times(groups, ROW_INTERVAL, 1, GROUP));
        }
        Queue weights = new Queue(Queue.Unit.WEIGHTS, side, 0);
        draft.add(
                0,
                weights,
                first,
                new MatrixInstruction.LoadWeights(Element.FP16, 0, 0, label),
                Draft.times(groups, ROW_INTERVAL, 1, GROUP));
        draft.add(0, weights, install, new MatrixInstruction.InstallWeights(Element.FP16, groups));
    }

    private int activate(Hemisphere side, int inner, int start) {
        Flow row = new Flow(new Stream(side.outward(), ROW_STREAM), draft.labels(rows));
        for (int plane = 0; plane < 2; plane++) {
            int slice = rowSlice(inner) + plane;
            everyRow(
                    Queue.memory(side, slice),
                    readFor(side, slice, floorplan.matrix(side), start),
                    new MemoryInstruction.Read(Address.of(rowWord(inner)), row.plane(plane)));
        }
        draft.add(
                0,
                new Queue(Queue.Unit.ACTIVATIONS, side, 0),
                start,
                new MatrixInstruction.Activate(Element.FP16, row),
                everyRow(0));
        return row.label();
    }

    /** Adds what both hemispheres have multiplied. If the west has begun the next column, the two have nothing to do with each other. */
    private void combine(int pass, Product east, @Nullable Product west) {
        int arrival = start(pass)
                + machine.whole(Quantity.MULTIPLY_CYCLES)
                + machine.whole(Quantity.ACCUMULATE_CYCLES)
                + Direction.WESTWARD.hops(floorplan.matrix(Hemisphere.EAST), floorplan.vectorInput(Direction.WESTWARD));
        int alu = machine.whole(Quantity.ALU_CYCLES);
        boolean together = west != null && west.column() == east.column();
        Operand sum = east.sums();
        int cycle = arrival;
        if (!east.first()) {
            sum = add(1, cycle, sum, before(pass, cycle));
            cycle += alu;
        }
        if (together) {
            Operand other = east.first() ? west.sums() : copy(3, arrival, west.sums());
            sum = add(east.first() ? 4 : 6, cycle, sum, other);
            cycle += alu;
        }
        if (together ? west.last() : east.last()) {
            finish(east.column(), arrival, cycle, sum);
        } else {
            keep(pass, arrival, cycle, sum);
        }
        if (west != null && !together) {
            if (west.last()) {
                finish(west.column(), arrival, arrival, west.sums());
            } else {
                keep(pass, arrival, arrival, west.sums());
            }
        }
    }

    private Operand add(int alu, int cycle, Operand x, Operand y) {
        int label = draft.labels(rows);
        vector(
                alu,
                cycle,
                to -> new VectorInstruction.Binary(VectorInstruction.BinaryOperation.ADD, Element.FP32, x, y, to),
                Result.kept(label));
        return new Operand.OfAlu(alu, label, false);
    }

    private Operand copy(int alu, int cycle, Operand x) {
        int label = draft.labels(rows);
        vector(alu, cycle, copying(x), Result.kept(label));
        return new Operand.OfAlu(alu, label, false);
    }

    /** One ALU of a pair. What is done at other times after the sums' arrival needs another ALU, because passes overlap by a few rows. */
    private int alu(List<Integer> pair, int arrival, int cycle) {
        return pair.get((cycle - arrival) / machine.whole(Quantity.ALU_CYCLES) / 2);
    }

    private static Function<Result, VectorInstruction> copying(Operand x) {
        return to -> new VectorInstruction.Unary(VectorInstruction.UnaryOperation.COPY, Element.FP32, x, to);
    }

    private void vector(int alu, int cycle, Function<Result, VectorInstruction> instruction, Result to) {
        draft.add(0, Queue.alu(alu), cycle, instruction.apply(to), everyRow(0));
    }

    /** Sums lie in the slices 0 to 3 of one side and then of the other. */
    private static Hemisphere keptSide(int pass) {
        return pass % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
    }

    private Operand before(int pass, int cycle) {
        Hemisphere side = keptSide(pass - 1);
        Direction in = side.inward();
        Flow from = new Flow(new Stream(in, KEPT_STREAM), kept);
        for (int plane = 0; plane < 4; plane++) {
            everyRow(
                    Queue.memory(side, plane),
                    readFor(side, plane, floorplan.vectorInput(in), cycle),
                    new MemoryInstruction.Read(Address.of(0), from.plane(plane)));
        }
        return new Operand.OfStream(from);
    }

    /** The first of the next pass's sums are read before the last of these are written, so the two must not come in the same cycles. */
    private void keep(int pass, int arrival, int cycle, Operand sum) {
        Hemisphere side = keptSide(pass);
        Direction out = side.outward();
        int alu = machine.whole(Quantity.ALU_CYCLES);
        int read = readFor(side, 0, floorplan.vectorInput(side.inward()), arrival);
        int write = cycle + alu + out.hops(floorplan.vectorOutput(out), floorplan.memory(side, 0));
        boolean meet = (write - read) % ROW_INTERVAL == 0;
        Operand x = meet ? copy(alu(KEEP_COPIES, arrival, cycle), cycle, sum) : sum;
        int at = meet ? cycle + alu : cycle;
        kept = draft.labels(rows);
        Flow to = new Flow(new Stream(out, NEW_STREAM), kept);
        vector(alu(KEEPS, arrival, at), at, copying(x), Result.onto(to));
        write(side, 0, 0, to, 4, at + alu);
    }

    /** Rounds and writes, in cycles in which the same slices read no weights. */
    private void finish(int column, int arrival, int cycle, Operand sum) {
        Hemisphere side = resultSide(column);
        Direction out = side.outward();
        int alu = machine.whole(Quantity.ALU_CYCLES);
        int way = out.hops(floorplan.vectorOutput(out), floorplan.matrix(side));
        boolean meet = (cycle + alu + way) % ROW_INTERVAL == 0;
        Operand x = meet ? copy(alu(FINISH_COPIES, arrival, cycle), cycle, sum) : sum;
        int at = meet ? cycle + alu : cycle;
        Flow to = new Flow(new Stream(out, RESULT_STREAM), draft.labels(rows));
        vector(
                alu(FINISHES, arrival, at),
                at,
                result -> new VectorInstruction.Convert(Element.FP32, Element.FP16, x, result),
                Result.onto(to));
        write(side, resultSlice(column), resultWord(column), to, 2, at + alu);
    }

    private void write(Hemisphere side, int slice, int word, Flow from, int planes, int driven) {
        Direction out = side.outward();
        for (int plane = 0; plane < planes; plane++) {
            int cycle = driven + out.hops(floorplan.vectorOutput(out), floorplan.memory(side, slice + plane));
            everyRow(
                    Queue.memory(side, slice + plane),
                    cycle,
                    new MemoryInstruction.Write(from.plane(plane), Address.of(word)));
        }
    }

    /** Cycle of a read whose word is at a position in a cycle. */
    private int readFor(Hemisphere side, int slice, int position, int cycle) {
        Direction direction = position == floorplan.matrix(side) ? side.outward() : side.inward();
        return cycle - machine.whole(Quantity.READ_CYCLES) - direction.hops(floorplan.memory(side, slice), position);
    }

    private Repeat everyRow(int words) {
        return Draft.times(rows, ROW_INTERVAL, words, 1);
    }

    /** In a queue of memory, where the last rows of a pass stand between the first ones of the next: cut there, so that only those are written out. */
    private void everyRow(Queue queue, int cycle, MemoryInstruction first) {
        int[] cuts = {0, Math.min(SEAM, rows), Math.max(Math.min(SEAM, rows), rows - SEAM), rows};
        for (int part = 0; part + 1 < cuts.length; part++) {
            int begin = cuts[part];
            if (begin < cuts[part + 1]) {
                draft.add(
                        0,
                        queue,
                        cycle + ROW_INTERVAL * begin,
                        (MemoryInstruction) first.advanced(begin, begin),
                        Draft.times(cuts[part + 1] - begin, ROW_INTERVAL, 1, 1));
            }
        }
    }
}
