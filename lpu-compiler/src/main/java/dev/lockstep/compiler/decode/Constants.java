package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;

/** Vectors of FP32 from memory as operands of the vector unit. */
final class Constants {
    private static final int STREAM = 20;
    private static final int EARLY_STREAM = 24;
    private static final int ROW_STREAM = 8;
    /** Times at which a constant can be read. */
    private static final int MOST_EARLY = 12;

    private final Scheduler scheduler;
    private final Geometry geometry;

    Constants(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
    }

    /** A constant that the vector unit takes in a cycle. */
    Operand at(Hemisphere hemisphere, int word, long cycle) {
        return from(hemisphere, Layout.constant(hemisphere, word), cycle);
    }

    /** A vector of FP32 from memory that the vector unit takes in a cycle. */
    Operand from(Hemisphere hemisphere, Place place, long cycle) {
        return from(hemisphere, place, STREAM, cycle);
    }

    /** A row of FP16, on streams of its own because it lies in other slices than constants. */
    Operand row(Hemisphere hemisphere, Place place, long cycle) {
        return from(hemisphere, place, ROW_STREAM, cycle);
    }

    private Operand from(Hemisphere hemisphere, Place place, int stream, long cycle) {
        int label = scheduler.label();
        scheduler.all().readInward(hemisphere, place, stream, label, geometry.inwardAt(cycle));
        return new Operand.OfStream(new Flow(Geometry.in(hemisphere, stream), label));
    }

    /**
     * Sums of a plane, times a constant. Constants of the two planes of a hemisphere come one after the other; sums come when they come, so where something else is read
     * from the constant's memory just then, it is read sooner and waits.
     */
    Kept scaled(Plane plane, int label, long w, int word, long until) {
        Kept[] scaled = new Kept[1];
        scheduler.within(plane.index(), MOST_EARLY, early -> scaled[0] = scaled(plane, label, w, word, until, early));
        return scaled[0];
    }

    /** @param early 0 if the constant comes with the sums; else by how many cycles more than one operation before them, less one */
    private Kept scaled(Plane plane, int label, long w, int word, long until, long early) {
        Group all = scheduler.all();
        long cycle = geometry.taken(w);
        Operand sums = sums(plane, label);
        if (early == 0) {
            return all.binary(BinaryOperation.MUL, sums, at(plane.hemisphere(), word, cycle), cycle, until);
        }
        int read = scheduler.label();
        long before = cycle - geometry.alu - (early - 1);
        all.readInward(
                plane.hemisphere(),
                Layout.constant(plane.hemisphere(), word),
                EARLY_STREAM,
                read,
                geometry.inwardAt(before));
        Operand stream = new Operand.OfStream(new Flow(Geometry.in(plane.hemisphere(), EARLY_STREAM), read));
        Kept factor = all.unary(UnaryOperation.COPY, Element.FP32, stream, before, cycle);
        return all.binary(BinaryOperation.MUL, sums, factor.operand(), cycle, until);
    }

    /** Sums as they come out of a plane. */
    static Operand sums(Plane plane, int label) {
        return new Operand.OfStream(new Flow(Geometry.in(plane.hemisphere(), plane.resultStream()), label));
    }
}
