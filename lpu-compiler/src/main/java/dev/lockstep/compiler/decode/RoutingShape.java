package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.Routing;

/**
 * Experts from which some are chosen, and which of them lie on this stage's chips.
 *
 * @param all how many there are
 * @param first of those that are here, and
 * @param own how many
 */
record RoutingShape(int all, int first, int own, Routing routing) {
    /** Whether others are elsewhere. */
    boolean shared() {
        return own < all;
    }

    /** Whether the outputs of the router lie in the lanes once; they lie there twice where they fit and all are compared with all. */
    boolean once(int lanes) {
        return 2 * all > lanes || routing.grouped();
    }

    /** Lanes that outputs take. */
    int outputs(int lanes) {
        return once(lanes) ? all : 2 * all;
    }

    /** Experts of a group. */
    int groupSize() {
        return all / routing.groups();
    }
}
