package dev.lockstep.checker;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Entry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rule of the matrix planes of a hemisphere. What happens to them is sorted by cycle, and within one by the order in which it counts: an
 * activation still multiplies the old weights in the cycle of an install, a product meets its accumulation in the cycle of its arrival.
 */
final class MatrixRule {
    private static final int CYCLE_BITS = 28;
    private static final int KIND_BITS = 3;

    /** In the order in which they count within a cycle. */
    private static final int ACTIVATE = 0;

    private static final int ARRIVE = 1;
    private static final int ACCUMULATE = 2;
    private static final int LOAD = 3;
    private static final int INSTALL = 4;

    private final Hemisphere hemisphere;
    private final Findings findings;
    private final int visible;
    private final int multiply;
    private final int byteRow;
    private final int halfRow;
    private final int accumulators;
    private final Plane[] planes;
    private final Events events = new Events();
    private long origin = Long.MIN_VALUE;

    MatrixRule(Machine machine, Hemisphere hemisphere, Findings findings) {
        this.hemisphere = hemisphere;
        this.findings = findings;
        visible = machine.whole(Quantity.INSTALL_VISIBLE);
        multiply = machine.whole(Quantity.MULTIPLY_CYCLES);
        byteRow = machine.whole(Quantity.INT8_ROW_CYCLES);
        halfRow = machine.whole(Quantity.FP16_ROW_CYCLES);
        accumulators = machine.whole(Quantity.ACCUMULATORS);
        int groups = (machine.whole(Quantity.PLANE_ROWS) + MatrixInstruction.ROWS_PER_GROUP - 1)
                / MatrixInstruction.ROWS_PER_GROUP;
        planes = new Plane[machine.planesPerHemisphere()];
        Arrays.setAll(planes, unused -> new Plane(groups, accumulators));
    }

    void dispatch(Dispatches.Dispatch dispatch, Queue queue) {
        long cycle = dispatch.cycle();
        Entry entry = dispatch.entry();
        switch ((MatrixInstruction) dispatch.instruction()) {
            case MatrixInstruction.LoadWeights load -> add(cycle, LOAD, load.group() + dispatch.words(), queue, entry);
            case MatrixInstruction.InstallWeights _ -> add(cycle, INSTALL, 0, queue, entry);
            case MatrixInstruction.Activate activate -> {
                int label = dispatch.label(activate.from().label());
                add(cycle, ACTIVATE, label, queue, entry);
                add(cycle + multiply, ARRIVE, label, queue, entry);
            }
            case MatrixInstruction.Accumulate accumulate ->
                add(cycle, ACCUMULATE, dispatch.label(accumulate.product()), queue, entry);
        }
    }

    /** Checks what happened before a cycle. */
    void finishBefore(long cycle) {
        events.sort();
        Events later = new Events();
        for (int rank = 0; rank < events.size(); rank++) {
            int event = events.at(rank);
            if (events.detail(event) >= cycle) {
                later.add(events, event);
            } else {
                happen(event);
            }
        }
        events.clear();
        origin = Long.MIN_VALUE;
        for (int i = 0; i < later.size(); i++) {
            int kind = (int) (later.key(i) & (1 << KIND_BITS) - 1);
            add(later.detail(i), kind, later.label(i), later.queue(i), later.entry(i));
        }
        if (cycle == Long.MAX_VALUE) {
            for (Plane plane : planes) {
                plane.expireArrival(Long.MAX_VALUE);
            }
        }
    }

    private void add(long cycle, int kind, int label, Queue queue, Entry entry) {
        if (queue.index() >= planes.length) {
            findings.add(cycle, queue, entry.instruction(), name(queue.index()), "there is no such plane");
            return;
        }
        if (origin == Long.MIN_VALUE) {
            origin = cycle - (1 << CYCLE_BITS - 2);
        }
        events.add(cycle - origin << KIND_BITS | kind, label, queue, entry, cycle);
    }

    private void happen(int event) {
        int number = events.queue(event).index();
        Plane plane = planes[number];
        long cycle = events.detail(event);
        plane.expireArrival(cycle);
        switch ((int) (events.key(event) & (1 << KIND_BITS) - 1)) {
            case LOAD ->
                load((MatrixInstruction.LoadWeights) events.entry(event).instruction(), number, event);
            case INSTALL ->
                install((MatrixInstruction.InstallWeights) events.entry(event).instruction(), number, event, cycle);
            case ACTIVATE ->
                activate((MatrixInstruction.Activate) events.entry(event).instruction(), number, event, cycle);
            case ARRIVE -> plane.arrive(event, cycle);
            case ACCUMULATE ->
                accumulate((MatrixInstruction.Accumulate) events.entry(event).instruction(), plane, event, cycle);
            default -> throw new AssertionError("no such kind");
        }
    }

    private void load(MatrixInstruction.LoadWeights load, int number, int event) {
        if (!gang(load.weights(), number, event)) {
            return;
        }
        int group = events.label(event);
        for (int part = 0; part < load.weights().planes(); part++) {
            Plane plane = planes[number + part];
            if (group < 0 || group >= plane.loaded.length) {
                report(event, number + part, "its buffer has no row group " + group);
            } else if (plane.loaded[group]) {
                report(event, number + part, "row group " + group + " is in its buffer already");
            } else if (plane.loadedType != null && plane.loadedType != load.weights()) {
                report(event, number + part, "its buffer holds " + plane.loadedType);
            } else {
                plane.loaded[group] = true;
                plane.loadedType = load.weights();
            }
        }
    }

    private void install(MatrixInstruction.InstallWeights install, int number, int event, long cycle) {
        if (!gang(install.weights(), number, event)) {
            return;
        }
        for (int part = 0; part < install.weights().planes(); part++) {
            Plane plane = planes[number + part];
            boolean complete = install.groups() <= plane.loaded.length
                    && (install.groups() == 0 || plane.loadedType == install.weights());
            for (int group = 0; group < plane.loaded.length; group++) {
                complete &= plane.loaded[group] == group < install.groups();
            }
            if (!complete) {
                report(
                        event,
                        number + part,
                        "its buffer does not hold exactly the first " + install.groups() + " row groups of "
                                + install.weights());
            }
            Arrays.fill(plane.loaded, false);
            plane.loadedType = null;
            plane.settle(cycle, visible);
            plane.installed = install.weights();
            plane.installCycle = cycle;
        }
    }

    private void activate(MatrixInstruction.Activate activate, int number, int event, long cycle) {
        Plane plane = planes[number];
        if (plane.installed != null && cycle > plane.installCycle && cycle < plane.installCycle + visible) {
            report(event, number, "the weights of cycle " + plane.installCycle + " are not visible yet");
        }
        plane.settle(cycle, visible);
        Element weights = plane.active;
        if (weights == null) {
            report(event, number, "no weights are installed");
            return;
        }
        if (!gang(weights, number, event)) {
            return;
        }
        if (weights == Element.FP16 && activate.type() != Element.FP16) {
            report(event, number, "FP16 weights cannot multiply " + activate.type());
        }
        int row = activate.type() == Element.FP16 ? halfRow : byteRow;
        for (int part = 0; part < weights.planes(); part++) {
            Plane other = planes[number + part];
            other.settle(cycle, visible);
            if (other.active != weights) {
                report(event, number + part, "it does not hold the other half of the weights");
            }
            if (cycle < other.busyUntil) {
                report(event, number + part, "it is busy with another vector until cycle " + other.busyUntil);
            }
            other.busyUntil = cycle + row;
        }
    }

    private void accumulate(MatrixInstruction.Accumulate accumulate, Plane plane, int event, long cycle) {
        int number = events.queue(event).index();
        if (plane.arrival != cycle) {
            report(event, number, "no product arrives");
            return;
        }
        plane.arrival = Long.MIN_VALUE;
        int expected = events.label(event);
        if (expected != 0 && plane.arrivalLabel != 0 && expected != plane.arrivalLabel) {
            report(
                    event,
                    number,
                    "the product of vector " + StreamRule.text(plane.arrivalLabel)
                            + " arrives instead of that of vector " + StreamRule.text(expected));
        }
        if (accumulate.type() != plane.arrivalType) {
            report(event, number, "the product is " + plane.arrivalType);
        }
        if (accumulate.slot() < 0 || accumulate.slot() >= accumulators) {
            report(event, number, "there is no accumulator " + accumulate.slot());
            return;
        }
        if (accumulate.add() && !plane.accumulated[accumulate.slot()]) {
            report(event, number, "accumulator " + accumulate.slot() + " holds nothing to add to");
        }
        plane.accumulated[accumulate.slot()] = true;
    }

    private boolean gang(Element weights, int number, int event) {
        if (number % weights.planes() != 0 || number + weights.planes() > planes.length) {
            report(event, number, "FP16 weights belong to the first plane of a pair");
            return false;
        }
        return true;
    }

    private void report(int event, int number, String what) {
        findings.add(
                events.detail(event), events.queue(event), events.entry(event).instruction(), name(number), what);
    }

    private String name(int number) {
        return "matrix plane " + number + " in the " + hemisphere;
    }

    /** The state of a plane at the cycle that is looked at. */
    private final class Plane {
        private final boolean[] loaded;
        private final boolean[] accumulated;
        private @Nullable Element loadedType;
        private @Nullable Element active;
        private @Nullable Element installed;
        private long installCycle;
        private long busyUntil = Long.MIN_VALUE;
        private long arrival = Long.MIN_VALUE;
        private int arrivalLabel;
        private Element arrivalType = Element.INT32;
        private @Nullable Entry arrivalEntry;
        private @Nullable Queue arrivalQueue;

        Plane(int groups, int accumulators) {
            loaded = new boolean[groups];
            accumulated = new boolean[accumulators];
        }

        /** Lets weights that have become visible be the active ones. */
        void settle(long cycle, int visible) {
            if (installed != null && cycle > installCycle) {
                active = installed;
                if (cycle >= installCycle + visible) {
                    installed = null;
                }
            }
        }

        void arrive(int event, long cycle) {
            Entry entry = events.entry(event);
            arrival = cycle;
            arrivalLabel = events.label(event);
            arrivalType = ((MatrixInstruction.Activate) entry.instruction()).type() == Element.INT8
                    ? Element.INT32
                    : Element.FP32;
            arrivalEntry = entry;
            arrivalQueue = events.queue(event);
        }

        /** A product that nobody met in its cycle is lost. */
        void expireArrival(long cycle) {
            if (arrival != Long.MIN_VALUE && arrival < cycle && arrivalEntry != null && arrivalQueue != null) {
                findings.add(
                        arrival,
                        arrivalQueue,
                        arrivalEntry.instruction(),
                        name(arrivalQueue.index()) + " accumulators",
                        "the product that arrives is not accumulated");
                arrival = Long.MIN_VALUE;
            }
        }
    }
}
