package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Stream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** The chips of one node, which are scheduled together so that they stay in step. */
final class Scheduler {
    /** If something does not fit within so many cycles, it never will. */
    private static final int PATIENCE = 2000;

    private final Geometry geometry;
    private final List<ChipBuilder> chips = new ArrayList<>();
    private final List<Group> single = new ArrayList<>();
    private final Group all;
    /** Keys at which the outward streams carry weights. */
    private final BitSet loads = new BitSet();

    /** Keys at which something else flows outward to the switches or beyond. */
    private final BitSet flights = new BitSet();

    /** Keys of what flows on streams that only some parts of a schedule use. */
    private final Map<Stream, BitSet> alone = new HashMap<>();

    private int lastLabel;

    Scheduler(Geometry geometry, int chipCount) {
        this.geometry = geometry;
        for (int chip = 0; chip < chipCount; chip++) {
            chips.add(new ChipBuilder(geometry.alu));
        }
        for (ChipBuilder chip : chips) {
            single.add(new Group(this, List.of(chip)));
        }
        all = new Group(this, chips);
    }

    Geometry geometry() {
        return geometry;
    }

    int chips() {
        return chips.size();
    }

    Group all() {
        return all;
    }

    Group chip(int chip) {
        return single.get(chip);
    }

    Group group(List<Integer> numbers) {
        return new Group(this, numbers.stream().map(chips::get).toList());
    }

    ChipBuilder builder(int chip) {
        return chips.get(chip);
    }

    /** A label that nothing else has. */
    int label() {
        return ++lastLabel;
    }

    /** The first of so many labels in a row. */
    int labels(int count) {
        int first = lastLabel + 1;
        lastLabel += count;
        return first;
    }

    /**
     * Places something at the first time from {@code from} on at which nothing is in its way.
     *
     * @throws IllegalArgumentException if there is none for long, as with sizes that this way of cutting does not suit
     */
    long attempt(long from, LongConsumer placement) {
        return attempt(from, PATIENCE, placement);
    }

    /** The same with more or less patience. */
    long attempt(long from, int times, LongConsumer placement) {
        try {
            long at = within(from, times, placement);
            chips.forEach(ChipBuilder::commit);
            return at;
        } catch (Conflict conflict) {
            throw new IllegalArgumentException(
                    "the model's sizes leave a step without a place in the schedule (" + conflict.getMessage()
                            + "); try another number of chips",
                    conflict);
        }
    }

    /**
     * Places a part of something that is being placed.
     *
     * @throws Conflict if something is in its way at each of so many times
     */
    long within(long from, int times, LongConsumer placement) {
        int[] placed = chips.stream().mapToInt(ChipBuilder::placed).toArray();
        Conflict last = new Conflict("nothing");
        for (long at = from; at < from + times; at++) {
            try {
                placement.accept(at);
                return at;
            } catch (Conflict conflict) {
                for (int chip = 0; chip < placed.length; chip++) {
                    chips.get(chip).rollback(placed[chip]);
                }
                last = conflict;
            }
        }
        throw last;
    }

    /** Does something that is taken back if what is being placed does not fit. */
    void undoable(Runnable undo) {
        chips.getFirst().undoable(undo);
    }

    /** Notes that weights flow outward with these keys. */
    void occupy(long u, int count) {
        int from = Math.toIntExact(u);
        int taken = loads.nextSetBit(from);
        if (taken >= 0 && taken < from + count) {
            throw new Conflict("weights at " + taken);
        }
        int flight = flights.nextSetBit(from);
        if (flight >= 0 && flight < from + count) {
            throw new Conflict("a flight at " + flight);
        }
        loads.set(from, from + count);
        undoable(() -> loads.clear(from, from + count));
    }

    /** Notes that something flows outward all the way with just this key. */
    void through(long u) {
        if (flight(u) != u) {
            throw new Conflict("weights at " + u);
        }
    }

    /**
     * Notes that something flows on a stream with a key, where everything on that stream is noted.
     *
     * @throws Conflict if something else does
     */
    void alone(Stream stream, long key) {
        BitSet taken = alone.computeIfAbsent(stream, other -> new BitSet());
        int index = Math.toIntExact(key);
        if (taken.get(index)) {
            throw new Conflict("a vector on stream " + stream + " at " + key);
        }
        taken.set(index);
        undoable(() -> taken.clear(index));
    }

    /** The first key from one on with which something else than weights can flow outward all the way; weights will avoid it. */
    long flight(long from) {
        int u = loads.nextClearBit(Math.toIntExact(from));
        if (!flights.get(u)) {
            flights.set(u);
            undoable(() -> flights.clear(u));
        }
        return u;
    }
}
