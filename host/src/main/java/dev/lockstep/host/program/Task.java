package dev.lockstep.host.program;

import dev.lockstep.graph.Op;
import java.util.List;

/**
 * One kernel over all tokens of a step, cut over the cores.
 *
 * @param op what is computed
 * @param part which part of the operation
 * @param output where results go
 * @param inputs what is read, in the order of {@link Op#inputs}
 * @param wanted whether it runs only for tokens whose logits are wanted, or for all
 */
record Task(Op op, Part part, Slot output, List<Slot> inputs, Cut cut, boolean wanted) {
    /** Operations that take more than one pass, and moves between passes. */
    enum Part {
        WHOLE,
        /** Attention: rotate, and write keys and values to the cache. */
        APPEND,
        /** Attention: attend. */
        ATTEND,
        /** Copy the rows of wanted tokens next to each other. */
        GATHER
    }

    @Override
    public String toString() {
        String name = part == Part.WHOLE ? op.getClass().getSimpleName() : part.name();
        return "%s = %s%s by %s%s".formatted(output, name, inputs, cut, wanted ? " of wanted" : "");
    }
}
