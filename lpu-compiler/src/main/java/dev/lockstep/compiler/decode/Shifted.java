package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.function.Function;

/**
 * A value of FP32 that comes back to the vector unit shifted, as often as one likes: it waits in both hemispheres' memory, and both switches shift it in turn.
 */
final class Shifted {
    private static final int STREAM = 12;

    private final Scheduler scheduler;
    private final Geometry geometry;
    private final Function<Hemisphere, Place> place;
    private final int apart;
    /** Key outward of the first copy, and cycles from there to the switch and back. */
    private final long first;

    private final long way;

    /**
     * @param place of the value
     * @param first key outward of the first copy
     * @param apart cycles from one copy to the next of a side
     */
    Shifted(Scheduler scheduler, Function<Hemisphere, Place> place, long first, int apart) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.place = place;
        this.first = first;
        this.apart = apart;
        way = 2L * geometry.switches + geometry.machine().whole(Quantity.SHIFT_CYCLES);
    }

    /** Writes a value in a cycle; returns the key from which on it can be read. */
    static long write(Scheduler scheduler, Kept value, long cycle, Function<Hemisphere, Place> place) {
        Geometry geometry = scheduler.geometry();
        long u = geometry.outwardAt(cycle + geometry.alu);
        scheduler.through(u);
        for (Hemisphere side : Hemisphere.values()) {
            Stream out = Geometry.out(side, STREAM);
            Kept copy = scheduler.all().unary(UnaryOperation.COPY, Element.FP32, value.operand(), cycle, cycle, out);
            scheduler.all().writeOutward(side, place.apply(side), STREAM, copy.label(), u);
        }
        return u + 1 + geometry.read;
    }

    /**
     * Places a copy; copies are taken from both sides in turn.
     *
     * @param lanes by which the value moves down
     * @param copy its number, from 0
     */
    Operand by(int lanes, int copy) {
        return by(place, lanes, copy);
    }

    /** A copy of what is in another place. */
    Operand by(Function<Hemisphere, Place> place, int lanes, int copy) {
        Hemisphere side = Hemisphere.values()[copy % 2];
        long u = first + (long) apart * (copy / 2);
        scheduler.through(u);
        int label = scheduler.label();
        scheduler.all().readOutward(side, place.apply(side), STREAM, label, u);
        Flow from = new Flow(Geometry.out(side, STREAM), label);
        Flow to = new Flow(Geometry.in(side, STREAM), scheduler.label());
        scheduler
                .all()
                .put(
                        new Queue(Queue.Unit.SHIFTER, side, 0),
                        u + geometry.switches,
                        new SwitchInstruction.Shift(Element.FP32.planes(), from, lanes, to));
        return new Operand.OfStream(to);
    }

    /** Cycle in which the vector unit takes a copy. */
    long taken(int copy) {
        return geometry.taken(first + (long) apart * (copy / 2) + way);
    }
}
