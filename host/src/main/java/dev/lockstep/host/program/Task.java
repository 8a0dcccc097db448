package dev.lockstep.host.program;

import dev.lockstep.graph.Op;
import java.util.List;
import java.util.Locale;

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
        /** Attention: attend; of one token, span by span. */
        ATTEND,
        /** Attention of one token: put together what spans gave. */
        MERGE,
        /** Copy the rows of wanted tokens next to each other. */
        GATHER
    }

    /** The operation in one word, with the weight's role in a layer where it has one. */
    String label() {
        String name = part == Part.WHOLE ? op.getClass().getSimpleName() : part.name();
        String label = name.toLowerCase(Locale.ROOT);
        return op instanceof Op.Linear linear
                ? linear.matrix().name().replaceAll("^blk\\.\\d+\\.|\\.weight$", "")
                : label;
    }

    @Override
    public String toString() {
        return "%s = %s%s by %s%s".formatted(output, label(), inputs, cut, wanted ? " of wanted" : "");
    }
}
