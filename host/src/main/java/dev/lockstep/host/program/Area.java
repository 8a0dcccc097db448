package dev.lockstep.host.program;

import dev.lockstep.host.ir.Ir;
import java.util.List;

/**
 * Tokens, and vectors of 16 elements of their rows: the first ones and those after the last.
 *
 * @param passed what only those read who compute these vectors, too: it has no rows, but lies side by side in the core's scratch
 */
record Area(Ir token, Ir endToken, Ir vector, Ir endVector, List<Slot> passed) {
    Area {
        passed = List.copyOf(passed);
    }

    Area(Ir token, Ir endToken, Ir vector, Ir endVector) {
        this(token, endToken, vector, endVector, List.of());
    }
}
