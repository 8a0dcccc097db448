package dev.lockstep.compiler;

import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import java.util.Arrays;

/**
 * What keeping the chips' clocks together costs, as published for these chips: counters are aligned once along a tree of links, level by level, and what they drift apart later is taken
 * up by a wait of an epoch. Frequencies of crystals are not published; they are taken to differ by {@link #DRIFT}.
 *
 * @param levels of the tree
 * @param alignment cycles before the first token
 * @param atOnce cycles for which a chip works on a token; with one user and several stages it rests afterwards, and can wait for its clock
 * @param drift cycles by which clocks drift apart meanwhile
 * @param epoch cycles of a wait
 */
public record Clocks(int levels, long alignment, long atOnce, long drift, int epoch) {
    /** Crystals of 50 to 100 parts in a million are usual. */
    public static final double DRIFT = 1e-4;
    /** Arrivals that were measured on real links lie this far around their mean, and receivers allow for it. */
    public static final int ALLOWED = 12;

    public static Clocks of(Question question, DecodeSchedule schedule) {
        var machine = question.machine();
        int epoch = machine.whole(Quantity.EPOCH_CYCLES);
        Wiring wiring = Wiring.of(machine, question.topology(), question.chips());
        int levels = Arrays.stream(wiring.hopsFrom(0)).max().orElse(0);
        long each = (machine.linkCycles() / epoch + 1L) * epoch;
        long atOnce = schedule.interval();
        return new Clocks(levels, levels * each, atOnce, (long) Math.ceil(atOnce * DRIFT), epoch);
    }

    /** The share of time that waits take where no chip rests: one whenever as much drift as receivers allow for has come together. */
    public double shareWhenBusy() {
        return epoch * DRIFT / ALLOWED;
    }
}
