package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;

/** What is taken, and when. */
final class Reservations {
    private final StreamTable streams;
    private final List<CycleSet> queues = new ArrayList<>();
    private final List<CycleSet> resources = new ArrayList<>();

    Reservations(Machine machine) {
        streams = new StreamTable(machine);
        for (int i = 0; i < Queue.COUNT; i++) {
            queues.add(new CycleSet());
        }
        for (int i = 0; i < Resource.values().length; i++) {
            resources.add(new CycleSet());
        }
    }

    boolean isFree(Fragment fragment, int start) {
        for (Resource.Use use : fragment.uses()) {
            if (!resources.get(use.resource().ordinal()).isFree(start + use.first(), start + use.last())) {
                return false;
            }
        }
        for (Issue issue : fragment.issues()) {
            int cycle = start + issue.cycle();
            if (!queues.get(issue.queue().number())
                    .isFree(cycle, cycle + (int) issue.repeat().span())) {
                return false;
            }
        }
        for (Hold hold : fragment.holds()) {
            if (!queues.get(hold.queue().number()).isFree(start + hold.first(), start + hold.last())) {
                return false;
            }
        }
        for (Flight flight : fragment.flights()) {
            if (!streams.isFree(flight.later(start))) {
                return false;
            }
        }
        return true;
    }

    void take(Fragment fragment, int start) {
        for (Resource.Use use : fragment.uses()) {
            resources.get(use.resource().ordinal()).take(start + use.first(), start + use.last());
        }
        for (Issue issue : fragment.issues()) {
            int cycle = start + issue.cycle();
            queues.get(issue.queue().number())
                    .take(cycle, cycle + (int) issue.repeat().span());
        }
        for (Hold hold : fragment.holds()) {
            queues.get(hold.queue().number()).take(start + hold.first(), start + hold.last());
        }
        for (Flight flight : fragment.flights()) {
            streams.take(flight.later(start));
        }
    }

    /** Whether the fragment's own instructions and flights leave one another in peace. */
    static boolean consistent(Fragment fragment, Machine machine) {
        Reservations table = new Reservations(machine);
        int start = -fragment.firstCycle();
        for (Issue issue : fragment.issues()) {
            CycleSet queue = table.queues.get(issue.queue().number());
            int cycle = start + issue.cycle();
            int last = cycle + (int) issue.repeat().span();
            if (!queue.isFree(cycle, last)) {
                return false;
            }
            queue.take(cycle, last);
        }
        for (Hold hold : fragment.holds()) {
            CycleSet queue = table.queues.get(hold.queue().number());
            if (!queue.isFree(start + hold.first(), start + hold.last())) {
                return false;
            }
            queue.take(start + hold.first(), start + hold.last());
        }
        for (Flight flight : fragment.flights()) {
            Flight placed = flight.later(start);
            if (!table.streams.isFree(placed)) {
                return false;
            }
            table.streams.take(placed);
        }
        return true;
    }
}
