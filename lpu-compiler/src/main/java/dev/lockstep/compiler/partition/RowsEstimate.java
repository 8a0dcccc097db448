package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * What a step takes that computes several positions of one sequence at once, by formula: guessed tokens that are verified, or a piece of a prompt. Weights and cache
 * stream once for all rows. What each row more adds are its own passes through arrays, between loads, its own exponentials, and its own vectors in every sum.
 *
 * @param rows positions of a step
 * @param moreCycles than one row takes
 */
public record RowsEstimate(int rows, long moreCycles) {
    /** Cycles of a row of FP16 in an array with weights of INT8. */
    private static final int ROW_CYCLES = 2;
    /** Scores, sums of probabilities and values of a head and a block of positions: three passes. */
    private static final int ATTENTION_PASSES = 3;

    public static RowsEstimate of(Question question, Partition partition, int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException(rows + " rows in a step: there must be 1 or more");
        }
        Machine machine = question.machine();
        var model = question.model();
        SumCost sum = partition.sum(question);
        int loadCycles = machine.lanes() / machine.whole(Quantity.INSTALL_STREAMS);
        long each = 0;
        for (var layer : model.layers()) {
            LayerShard shard =
                    LayerShard.of(model.width(), layer, partition.tensor(), partition.split(), question.context());
            long passes = shard.matrices().stream()
                    .mapToLong(matrix -> matrix.streamCycles(machine, partition.precision()) / loadCycles)
                    .sum();
            long heads = Math.ceilDiv(layer.attention().heads(), partition.tensor());
            long blocks = Math.ceilDiv(shard.positions(), 2L * machine.lanes());
            each += ROW_CYCLES * passes + 2 * sum.linkCycles(machine) + ATTENTION_PASSES * ROW_CYCLES * heads * blocks;
        }
        return new RowsEstimate(rows, (rows - 1) * each);
    }

    /** Tokens that a step gives on average, if each guessed one is right with this probability: those before the first mistake, and one more. */
    public double tokens(double acceptance) {
        double tokens = 0;
        for (int row = 0; row < rows; row++) {
            tokens += Math.pow(acceptance, row);
        }
        return tokens;
    }
}
