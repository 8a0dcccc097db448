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
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.LaneMap;
import java.util.List;
import java.util.Map;

/**
 * Stores values transposed, so that later a product with them sums over positions: element d of a head belongs into lane (position mod 320) of row d. Elements are taken two at a
 * time: the switches spread one in the west and its neighbour in the east over all lanes, the lane of the position is cut out of each and put into its row, which is gathered and
 * scattered with the offset of the position's block. The rows of two neighbouring elements lie at one position, and a group of 16 rows is gathered by a single map on its way
 * outward, which meets the next two rows a cycle later, so that they come to the vector unit every other cycle.
 */
final class ValueAppend {
    private static final Hemisphere SIDE = Hemisphere.EAST;
    private static final int GATHER_MAP = 28;
    private static final int SCATTER_MAP = 30;

    /** Cycles between two rows and the next two: what the map takes to the next slices, and the rows back. */
    private static final int INTERVAL = 2;

    /** Pairs of rows in a group. */
    private static final int STEPS = Slices.PAIRS / 2;

    /** A row must not be wanted and written in the same cycle: gathers and scatters of later groups meet unless something waits a little. */
    private static final int MOST_DELAYS = 4;

    private final Chip chip;
    private final Maps maps;
    private final int pairs;
    private final List<Address> caches;
    private final Tables tables;

    /** Constants and inputs: the position's lane, and the offset of its block (twice, in the low and the high half of FP32). */
    record Tables(Vectors lane, Vectors offset) {}

    /**
     * @param headSize elements of a head
     * @param caches first word of the rows of each key-value head
     */
    ValueAppend(Chip chip, Maps maps, int headSize, Tables tables, List<Address> caches) {
        this.chip = chip;
        this.maps = maps;
        this.pairs = (headSize + 1) / 2;
        this.tables = tables;
        this.caches = caches;
    }

    /** @param values one vector of FP16 for each key-value head, the same on both sides */
    Fragment fragment(Labels labels, Map<Hemisphere, Vectors> values) {
        for (int delays = 0; delays <= MOST_DELAYS; delays++) {
            if (Scheduler.consistent(emit(new Labels(), values, delays), chip.machine())) {
                return emit(labels, values, delays);
            }
        }
        throw new IllegalStateException("values cannot be appended at any rate");
    }

    private Fragment emit(Labels labels, Map<Hemisphere, Vectors> values, int delays) {
        Fragment fragment = new Fragment("append values");
        int items = caches.size() * pairs;
        int[] cycles = new int[items];
        for (int item = 0; item < items; item++) {
            cycles[item] = item * INTERVAL;
        }
        int gathers = labels.take(items);
        int scatters = labels.take(items);
        Pass pass = new Pass(chip, labels, "append values");
        for (Hemisphere hemisphere : Hemisphere.values()) {
            int half = hemisphere.ordinal();
            Node spread = Pass.shuffled(
                    values.get(hemisphere),
                    item -> item / pairs,
                    new Node.Shuffle(true, item -> spread(2 * (item % pairs) + half)));
            Node own = Pass.binary(BinaryOperation.MASK, spread, Pass.load(tables.lane(), _ -> 0));
            Node joined = Pass.binary(
                    BinaryOperation.OR, own, new Node.Brought(Element.FP16, SIDE.inward(), new Rows(half, gathers)));
            for (int delay = 0; delay < delays; delay++) {
                joined = Pass.unary(UnaryOperation.COPY, joined);
            }
            pass.deliver(joined, SIDE.outward(), new Rows(half, scatters));
        }
        pass.emit(fragment, cycles, Allotment.ofBackground(chip));
        return fragment;
    }

    private int spread(int lane) {
        return maps.index(LaneMap.of(chip.lanes(), lane));
    }

    /** The rows of a head's even elements, or of its odd ones. {@code labels} name the maps that find them. */
    private final class Rows implements Node.Bringer, Pass.Target {
        private final int half;
        private final int labels;

        Rows(int half, int labels) {
            this.half = half;
            this.labels = labels;
        }

        @Override
        public void bring(Fragment fragment, int item, Flow flow, int cycle, int position) {
            int place = chip.memory(SIDE, slice(item));
            int driven = cycle - flow.stream().direction().hops(place, position);
            int dispatch = driven - chip.read();
            int step = item % pairs % STEPS;
            Flow map = new Flow(new Stream(SIDE.outward(), GATHER_MAP), labels + item - step);
            if (half == 0 && step == 0) {
                int last = Math.min(STEPS, pairs - item % pairs) - 1;
                int way = chip.memory(SIDE, slice(item + last)) - place;
                bringMap(fragment, map, 0, dispatch + SIDE.outward().hops(place, place + way), place + way);
            }
            for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                fragment.issue(
                        Queue.memory(SIDE, slice(item) + plane),
                        dispatch,
                        new Gather(group(item), map, flow.plane(plane)));
                fragment.fly(new Flight(flow.stream().plane(plane), driven, place, position, 1, 1));
                fragment.reads(SIDE, slice(item) + plane, caches.get(item / pairs), dispatch);
            }
        }

        @Override
        public boolean takes(int item) {
            return true;
        }

        @Override
        public int reach() {
            return chip.memory(SIDE, Slices.array(Slices.PAIRS - 1, 1));
        }

        @Override
        public void take(Fragment fragment, int item, Flow flow, int driven, int position) {
            int place = chip.memory(SIDE, slice(item));
            int cycle = driven + flow.stream().direction().hops(position, place);
            Flow map = new Flow(new Stream(SIDE.outward(), SCATTER_MAP), labels + item);
            if (half == 0) {
                bringMap(fragment, map, 1, cycle, place);
            }
            for (int plane = 0; plane < Element.FP16.planes(); plane++) {
                fragment.issue(
                        Queue.memory(SIDE, slice(item) + plane),
                        cycle,
                        new Scatter(map, flow.plane(plane), group(item)));
                fragment.writes(SIDE, slice(item) + plane, caches.get(item / pairs), cycle + chip.write());
            }
        }

        private int row(int item) {
            return 2 * (item % pairs) + half;
        }

        private int slice(int item) {
            return Slices.array(row(item), 0);
        }

        private Address group(int item) {
            return caches.get(item / pairs).advanced(row(item) / Slices.PAIRS);
        }
    }

    /** @param copy which half of the offset */
    private void bringMap(Fragment fragment, Flow map, int copy, int cycle, int position) {
        Vectors offset = tables.offset();
        for (int plane = 0; plane < Element.FP16.planes(); plane++) {
            int slice = offset.slice() + copy * Element.FP16.planes() + plane;
            Memory.read(chip, fragment, offset.hemisphere(), slice, offset.at(0), map.plane(plane), cycle, position);
        }
    }
}
