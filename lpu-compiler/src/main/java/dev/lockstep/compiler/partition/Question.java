package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;

/**
 * What is to be answered.
 *
 * @param chips that may be used; fewer are used where that is better
 * @param context positions that attention looks at
 * @param users whose caches have to fit, and who take turns in the pipeline
 */
public record Question(
        ModelSizes model,
        Machine machine,
        Topology topology,
        int chips,
        int context,
        int users,
        WeightPrecision precision,
        Objective objective) {
    private static final int MOST_CHIPS = 1 << 14;

    public Question {
        if (chips < 1 || chips > MOST_CHIPS) {
            throw new IllegalArgumentException(
                    "--target lpu:" + chips + ": must be between 1 and " + MOST_CHIPS + " chips");
        }
        if (context < 1 || context > model.contextLength()) {
            throw new IllegalArgumentException("a context of " + context + " positions: " + model.name()
                    + " was trained for up to " + model.contextLength());
        }
        if (users < 1) {
            throw new IllegalArgumentException(users + " users: there must be 1 or more");
        }
    }

    public Question withContext(int positions) {
        return new Question(model, machine, topology, chips, positions, users, precision, objective);
    }
}
