package dev.lockstep.compiler.bound;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import java.util.stream.IntStream;

/**
 * Cycles that a step of several rows takes at least: those of one row, and for each row more the vectors that it adds to the sums of the stage with most half layers. Weights
 * could stream once for all rows, so they do not count again, nor do hops, which rows can be under way in together.
 */
public final class RowsBound {
    private RowsBound() {}

    public static long cycles(Question question, Partition partition, int rows) {
        SumCost sum = partition.sum(question);
        int halves = IntStream.range(0, partition.stages())
                .map(partition::halvesOf)
                .max()
                .orElseThrow();
        return LowerBound.of(question, partition).cycles() + (rows - 1L) * halves * sum.linkCycles(question.machine());
    }
}
