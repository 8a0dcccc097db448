package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Flow;

/** How labels are written in messages: the value, and the byte plane where it is not the first. */
final class Labels {
    private Labels() {}

    static String text(int label) {
        int plane = label / Flow.PLANE;
        return plane == 0 ? "#" + label : "#" + label % Flow.PLANE + " plane " + plane;
    }
}
