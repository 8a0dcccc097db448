package dev.lockstep.host.program;

import java.util.List;

/**
 * A phase of a program, as its step calls it.
 *
 * @param function does it, there and perhaps in other layers
 * @param places where that finds what lies elsewhere in other layers
 */
record PhaseCall(String function, int phase, List<Long> places) {
    PhaseCall {
        places = List.copyOf(places);
    }
}
