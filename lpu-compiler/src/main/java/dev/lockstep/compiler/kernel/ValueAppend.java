package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Gather;
import dev.lockstep.lpu.isa.MemoryInstruction.Scatter;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Optional;

/**
 * Stores a value transposed, so that later a product with it sums over positions: element d of the head belongs into lane (position mod 320) of row d. Element after
 * element is cut out of the vector and multiplied with a matrix of ones, which spreads it over all lanes; the lane of the position is cut out of that and put
 * into the row, which is gathered and scattered with the offset of the position's block. One-hot vectors are constants; lane and offset are inputs.
 */
final class ValueAppend {
    private static final Hemisphere SIDE = Hemisphere.EAST;
    private static final int GATHER_MAP = 24;
    private static final int SCATTER_MAP = 26;
    private static final int ROWS = 320;

    /** Fewest cycles between elements: an FP16 activation takes the planes for two. */
    private static final int INTERVAL = 2;

    private final Chip chip;
    private final Labels labels;

    /** Inputs and constants: the one-hot vectors, the position's lane, the offset of its block (all FP16), and a word of ones in the pairs. */
    record Tables(Vectors oneHot, Vectors lane, Vectors offset, Address ones) {}

    ValueAppend(Chip chip, Labels labels) {
        this.chip = chip;
        this.labels = labels;
    }

    /**
     * @param value one vector of FP16
     * @param cache first word of the rows of the key-value head
     * @param headSize rows
     */
    Fragment fragment(Vectors value, Tables tables, Address cache, int headSize) {
        for (int interval = INTERVAL; interval <= 16; interval++) {
            Fragment trial = emit(new Labels(), value, tables, cache, headSize, interval);
            if (Scheduler.consistent(trial, chip.machine())) {
                return emit(labels, value, tables, cache, headSize, interval);
            }
        }
        throw new IllegalStateException("values cannot be appended at any rate");
    }

    private Fragment emit(Labels names, Vectors value, Tables tables, Address cache, int headSize, int interval) {
        Fragment fragment = new Fragment("append value");
        Matrix matrix = new Matrix(chip, names, fragment);
        int results = names.take(headSize);
        int[] cycles = new int[headSize];
        for (int d = 0; d < headSize; d++) {
            cycles[d] = d * interval;
        }

        Pass cut = new Pass(chip, names, "cut out");
        cut.deliver(
                Pass.binary(BinaryOperation.MASK, Pass.load(value, _ -> 0), Pass.load(tables.oneHot())),
                SIDE.outward(),
                new Spread(chip, matrix, results));
        cut.emit(fragment, cycles);

        int product = chip.alu(false)
                + SIDE.outward().hops(chip.vectorOutput(SIDE.outward()), chip.matrix(SIDE))
                + chip.product(SIDE);
        int[] arrivals = new int[headSize];
        for (int d = 0; d < headSize; d++) {
            arrivals[d] = cycles[d] + product;
        }
        Pass insert = new Pass(chip, names, "insert");
        Node spread = new Node.Arriving(Element.FP32, new Flow(Matrix.resultStream(SIDE), results));
        Node lane = Pass.binary(BinaryOperation.MASK, Pass.half(spread), Pass.load(tables.lane(), _ -> 0));
        Rows rows = new Rows(chip, names, tables.offset(), cache);
        insert.deliver(
                Pass.binary(
                        BinaryOperation.OR,
                        lane,
                        new Node.Brought(Element.FP16, SIDE.inward(), rows.gatherer(headSize))),
                SIDE.outward(),
                rows.scatterer(headSize));
        insert.emit(fragment, arrivals);

        int groups = Matrix.groups(ROWS);
        int install = chip.alu(false)
                + SIDE.outward().hops(chip.vectorOutput(SIDE.outward()), chip.matrix(SIDE))
                - chip.installVisible();
        matrix.load(SIDE, 0, tables.ones(), 0, groups, install - groups);
        matrix.install(SIDE, 0, groups, install);
        fragment.buffer(SIDE, install - groups, install);
        fragment.array(SIDE, install, install + chip.installVisible() + cycles[headSize - 1] + 1);
        return fragment;
    }

    /** Multiplies what leaves the vector unit with the ones. */
    private record Spread(Chip chip, Matrix matrix, int results) implements Pass.Target {
        @Override
        public boolean takes(int item) {
            return true;
        }

        @Override
        public int reach() {
            return chip.matrix(SIDE);
        }

        @Override
        public void take(Fragment fragment, int item, Flow flow, int driven, int position) {
            int cycle = driven + flow.stream().direction().hops(position, reach());
            Flow result = new Flow(Matrix.resultStream(SIDE), results + item);
            matrix.multiply(SIDE, 0, flow, cycle, false, Optional.of(result));
        }
    }

    /** Row d of the cache: row d of group d / 16 of the position's block. */
    private record Rows(Chip chip, Labels labels, Vectors offset, Address cache) {
        Node.Bringer gatherer(int rows) {
            int maps = labels.take(rows);
            return (fragment, row, flow, cycle, position) -> {
                for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                    int slice = Slices.array(row, plane);
                    int place = chip.memory(SIDE, slice);
                    int driven = cycle - flow.stream().direction().hops(place, position);
                    int dispatch = driven - chip.read();
                    Flow map = new Flow(new Stream(SIDE.outward(), GATHER_MAP), maps + row);
                    if (plane == 0) {
                        bringMap(fragment, map, dispatch, slice);
                    }
                    fragment.issue(Queue.memory(SIDE, slice), dispatch, new Gather(group(row), map, flow.plane(plane)));
                    fragment.fly(new Flight(flow.stream().plane(plane), driven, place, position, 1, 1));
                    fragment.reads(SIDE, slice, cache, dispatch);
                }
            };
        }

        Pass.Target scatterer(int rows) {
            int maps = labels.take(rows);
            return new Pass.Target() {
                @Override
                public boolean takes(int item) {
                    return true;
                }

                @Override
                public int reach() {
                    return chip.memory(SIDE, Slices.array(Slices.PAIRS - 1, 1));
                }

                @Override
                public void take(Fragment fragment, int row, Flow flow, int driven, int position) {
                    for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                        int slice = Slices.array(row, plane);
                        int cycle = driven + flow.stream().direction().hops(position, chip.memory(SIDE, slice));
                        Flow map = new Flow(new Stream(SIDE.outward(), SCATTER_MAP), maps + row);
                        if (plane == 0) {
                            bringMap(fragment, map, cycle, slice);
                        }
                        fragment.issue(
                                Queue.memory(SIDE, slice), cycle, new Scatter(map, flow.plane(plane), group(row)));
                        fragment.writes(SIDE, slice, cache, cycle + chip.write());
                    }
                }
            };
        }

        private Address group(int row) {
            return cache.advanced(row / Slices.PAIRS);
        }

        /** Both slices of a pair stand at one position, so one map serves both. */
        private void bringMap(Fragment fragment, Flow map, int cycle, int slice) {
            Memory.read(chip, fragment, offset, 0, map, cycle, chip.memory(SIDE, slice));
        }
    }
}
