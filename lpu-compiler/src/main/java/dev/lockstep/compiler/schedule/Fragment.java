package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.List;

/** Instructions with fixed distances in time, and everything that they use. */
public final class Fragment {
    private final String name;
    private final List<Issue> issues = new ArrayList<>();
    private final List<Flight> flights = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<Touch> touches = new ArrayList<>();
    private final List<Resource.Use> uses = new ArrayList<>();

    /** @param name for messages */
    public Fragment(String name) {
        this.name = name;
    }

    public void issue(Queue queue, int cycle, Instruction instruction) {
        issue(queue, cycle, instruction, Repeat.ONCE);
    }

    public void issue(Queue queue, int cycle, Instruction instruction, Repeat repeat) {
        issues.add(new Issue(queue, cycle, instruction, repeat));
    }

    /** Keeps others from issuing to an ALU from the first to the last cycle, so that its result stays until it is read. */
    public void hold(Queue queue, int first, int last) {
        holds.add(new Hold(queue, first, last));
    }

    public void fly(Flight flight) {
        flights.add(flight);
    }

    /** Declares that a word must have been written before. */
    public void reads(Hemisphere hemisphere, int slice, Address address, int cycle) {
        touches.add(new Touch(Word.key(hemisphere, slice, address), false, cycle));
    }

    /** Declares that a word is written, and from which cycle on it can be read. */
    public void writes(Hemisphere hemisphere, int slice, Address address, int visible) {
        touches.add(new Touch(Word.key(hemisphere, slice, address), true, visible));
    }

    /** Takes the weight buffers of a hemisphere from the first to the last cycle. */
    public void buffer(Hemisphere hemisphere, int first, int last) {
        uses.add(new Resource.Use(Resource.buffer(hemisphere), first, last));
    }

    /** Takes the active weights of a hemisphere from the first to the last cycle. */
    public void array(Hemisphere hemisphere, int first, int last) {
        uses.add(new Resource.Use(Resource.array(hemisphere), first, last));
    }

    /** Takes the links to the other chips of the node from the first to the last cycle. */
    public void links(int first, int last) {
        uses.add(new Resource.Use(Resource.LINKS, first, last));
    }

    public String name() {
        return name;
    }

    List<Issue> issues() {
        return issues;
    }

    List<Hold> holds() {
        return holds;
    }

    List<Flight> flights() {
        return flights;
    }

    List<Touch> touches() {
        return touches;
    }

    List<Resource.Use> uses() {
        return uses;
    }

    /** The first cycle in which everything can be read that the fragment writes. */
    public int lastWrite() {
        return touches.stream()
                .filter(Touch::write)
                .mapToInt(Touch::visible)
                .max()
                .orElse(0);
    }

    /** The earliest cycle of any instruction or flight. */
    public int firstCycle() {
        int first = Integer.MAX_VALUE;
        for (Issue issue : issues) {
            first = Math.min(first, issue.cycle());
        }
        for (Flight flight : flights) {
            first = Math.min(first, flight.cycle());
        }
        return first;
    }
}
