package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/** One of the four planes of the matrix unit. */
record Plane(Hemisphere hemisphere, int index) {
    /** In the order in which blocks of outputs are given to them. */
    static final List<Plane> ALL = List.of(
            new Plane(Hemisphere.EAST, 0),
            new Plane(Hemisphere.EAST, 1),
            new Plane(Hemisphere.WEST, 0),
            new Plane(Hemisphere.WEST, 1));

    Queue weights() {
        return new Queue(Queue.Unit.WEIGHTS, hemisphere, index);
    }

    Queue activations() {
        return new Queue(Queue.Unit.ACTIVATIONS, hemisphere, index);
    }

    Queue accumulators() {
        return new Queue(Queue.Unit.ACCUMULATORS, hemisphere, index);
    }

    /** The first of the inward streams that carry this plane's sums. */
    int resultStream() {
        return 4 * index;
    }
}
