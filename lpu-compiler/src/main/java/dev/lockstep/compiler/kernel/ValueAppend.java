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
import java.util.List;
import java.util.Optional;

/**
 * Stores a value transposed, so that later a product with it sums over positions: element d of the head belongs into lane (position mod 320) of row d. Element after
 * element is cut out of the vector and multiplied with a matrix of ones, which spreads it over all lanes; the lane of the position is cut out of that and put
 * into the row, which is gathered and scattered with the offset of the position's block. One-hot vectors are constants; lane and offset are inputs.
 */
final class ValueAppend {
    private static final Hemisphere SIDE = Hemisphere.EAST;
    private static final int GATHER_MAP = 28;
    private static final int SCATTER_MAP = 30;
    private static final int ROWS = 320;

    /** Fewest cycles between elements: an FP16 activation takes the planes for two. */
    private static final int INTERVAL = 2;

    /** Elements after which a rate that works goes on working. */
    private static final int PROBE = 200;

    private final Chip chip;
    private final Labels labels;

    /** Inputs and constants: the one-hot vectors, the position's lane, the offset of its block (twice, in the low and the high half of FP32), and a word of ones in the pairs. */
    record Tables(Vectors oneHot, Vectors lane, Vectors offset, Address ones) {}

    ValueAppend(Chip chip, Labels labels) {
        this.chip = chip;
        this.labels = labels;
    }

    /**
     * @param values one vector of FP16 for each key-value head
     * @param caches first word of the rows of each key-value head
     */
    Fragment fragment(Vectors values, Tables tables, List<Address> caches) {
        int items = values.count() * tables.oneHot().count();
        for (int interval = INTERVAL; interval <= 16; interval++) {
            Fragment trial = emit(new Labels(), values, tables, caches, Math.min(items, PROBE), interval);
            if (Scheduler.consistent(trial, chip.machine())) {
                return emit(labels, values, tables, caches, items, interval);
            }
        }
        throw new IllegalStateException("values cannot be appended at any rate");
    }

    /** @param items elements, those of the first head first */
    private Fragment emit(Labels names, Vectors values, Tables tables, List<Address> caches, int items, int interval) {
        int headSize = tables.oneHot().count();
        Fragment fragment = new Fragment("append values");
        Matrix matrix = new Matrix(chip, names, fragment);
        int results = names.take(items);
        int[] cycles = new int[items];
        for (int d = 0; d < items; d++) {
            cycles[d] = d * interval;
        }

        Allotment allotment = Allotment.ofBackground(chip);
        Pass cut = new Pass(chip, names, "cut out");
        cut.deliver(
                Pass.binary(
                        BinaryOperation.MASK,
                        Pass.load(values, item -> item / headSize),
                        Pass.load(tables.oneHot(), item -> item % headSize)),
                SIDE.outward(),
                new Spread(chip, matrix, results));
        cut.emit(fragment, cycles, allotment);

        int product = chip.alu(false)
                + SIDE.outward().hops(chip.vectorOutput(SIDE.outward()), chip.matrix(SIDE))
                + chip.product(SIDE);
        int[] arrivals = new int[items];
        for (int d = 0; d < items; d++) {
            arrivals[d] = cycles[d] + product;
        }
        Pass insert = new Pass(chip, names, "insert");
        Node spread = new Node.Arriving(Element.FP32, new Flow(Matrix.resultStream(SIDE), results));
        Node lane = Pass.binary(BinaryOperation.MASK, Pass.half(spread), Pass.load(tables.lane(), _ -> 0));
        Rows rows = new Rows(chip, names, tables.offset(), caches, headSize);
        insert.deliver(
                Pass.binary(
                        BinaryOperation.OR, lane, new Node.Brought(Element.FP16, SIDE.inward(), rows.gatherer(items))),
                SIDE.outward(),
                rows.scatterer(items));
        insert.emit(fragment, arrivals, allotment);

        int groups = Matrix.groups(ROWS);
        int install = chip.alu(false)
                + SIDE.outward().hops(chip.vectorOutput(SIDE.outward()), chip.matrix(SIDE))
                - chip.installVisible();
        matrix.load(SIDE, 0, tables.ones(), 0, groups, install - groups);
        matrix.install(SIDE, 0, groups, install);
        fragment.buffer(SIDE, install - groups, install);
        fragment.array(SIDE, install, install + chip.installVisible() + cycles[items - 1] + 1);
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

    /** Row d of a head's cache: row d mod 16 of group d / 16 of the position's block. */
    private record Rows(Chip chip, Labels labels, Vectors offset, List<Address> caches, int headSize) {
        Node.Bringer gatherer(int rows) {
            int maps = labels.take(rows);
            return (fragment, row, flow, cycle, position) -> {
                for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                    int slice = Slices.array(row % headSize, plane);
                    int place = chip.memory(SIDE, slice);
                    int driven = cycle - flow.stream().direction().hops(place, position);
                    int dispatch = driven - chip.read();
                    Flow map = new Flow(new Stream(SIDE.outward(), GATHER_MAP), maps + row);
                    if (plane == 0) {
                        bringMap(fragment, map, 0, dispatch, slice);
                    }
                    fragment.issue(Queue.memory(SIDE, slice), dispatch, new Gather(group(row), map, flow.plane(plane)));
                    fragment.fly(new Flight(flow.stream().plane(plane), driven, place, position, 1, 1));
                    fragment.reads(SIDE, slice, caches.get(row / headSize), dispatch);
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
                        int slice = Slices.array(row % headSize, plane);
                        int cycle = driven + flow.stream().direction().hops(position, chip.memory(SIDE, slice));
                        Flow map = new Flow(new Stream(SIDE.outward(), SCATTER_MAP), maps + row);
                        if (plane == 0) {
                            bringMap(fragment, map, 1, cycle, slice);
                        }
                        fragment.issue(
                                Queue.memory(SIDE, slice), cycle, new Scatter(map, flow.plane(plane), group(row)));
                        fragment.writes(SIDE, slice, caches.get(row / headSize), cycle + chip.write());
                    }
                }
            };
        }

        private Address group(int row) {
            return caches.get(row / headSize).advanced(row % headSize / Slices.PAIRS);
        }

        /** Both slices of a pair stand at one position, so one map serves both. */
        private void bringMap(Fragment fragment, Flow map, int copy, int cycle, int slice) {
            for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                Memory.read(
                        chip,
                        fragment,
                        offset.hemisphere(),
                        offset.slice() + copy * Element.FP16.planes() + plane,
                        offset.at(0),
                        map.plane(plane),
                        cycle,
                        chip.memory(SIDE, slice));
            }
        }
    }
}
