package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Schedules a step of several rows: neighbouring positions of one sequence, guessed tokens or a piece of a prompt. Each has a program of its own, and enters every stage
 * when the row before has left it. So a row finds the keys and values of those before it in the cache, as it would in steps of its own, and gives the same logits.
 */
public final class RowsCompiler {
    private RowsCompiler() {}

    /**
     * A step whose last row sees all of the context.
     *
     * @throws IllegalArgumentException saying why such a step cannot be scheduled
     */
    public static RowsSchedule compile(Question question, Partition partition, int rows) {
        return join(programs(question, partition, rows, question.context()));
    }

    /**
     * The program of each row as if it were alone, in their order.
     *
     * @param positions that the last row sees
     */
    static List<DecodeCompiler.WithStages> programs(Question question, Partition partition, int rows, int positions) {
        if (rows < 1 || rows > StepRow.MOST || rows > positions) {
            throw new IllegalArgumentException("a step of " + rows + " rows: there must be 1 to "
                    + Math.min(StepRow.MOST, positions) + ", because each needs tables and a position");
        }
        List<DecodeCompiler.WithStages> programs = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            programs.add(
                    DecodeCompiler.compile(question, partition, new StepRow(row, rows, positions - rows + 1 + row)));
        }
        return programs;
    }

    static RowsSchedule join(List<DecodeCompiler.WithStages> rows) {
        List<Block> blocks = new ArrayList<>();
        List<List<Placement>> chips = new ArrayList<>();
        List<Long> starts = new ArrayList<>();
        long start = 0;
        long completed = 0;
        for (int row = 0; row < rows.size(); row++) {
            DecodeCompiler.WithStages own = rows.get(row);
            if (row > 0) {
                requireSameLayouts(rows.get(row - 1), own);
                start += distance(rows.get(row - 1), own);
            }
            starts.add(start);
            place(own.schedule().program(), blocks.size(), start, chips);
            blocks.addAll(own.schedule().program().blocks());
            completed = Math.max(completed, start + own.schedule().predictedCycles());
        }
        LpuProgram first = rows.getFirst().schedule().program();
        return new RowsSchedule(
                new LpuProgram(first.machine(), first.topology(), first.maps(), blocks, chips, first.buffers()),
                completed,
                List.copyOf(starts));
    }

    /** Adds a row's placements to each chip's, with one list for all chips that do the same, so that simulator and checker see that they do. */
    private static void place(LpuProgram program, int firstBlock, long start, List<List<Placement>> chips) {
        Map<List<List<Placement>>, List<Placement>> known = new HashMap<>();
        for (int chip = 0; chip < program.chips().size(); chip++) {
            if (chip == chips.size()) {
                chips.add(List.of());
            }
            List<Placement> before = chips.get(chip);
            List<Placement> own = program.chips().get(chip);
            chips.set(chip, known.computeIfAbsent(List.of(before, own), both -> {
                List<Placement> all = new ArrayList<>(before);
                for (Placement placement : own) {
                    all.add(new Placement(
                            firstBlock + placement.block(), start + placement.start(), placement.bases()));
                }
                return List.copyOf(all);
            }));
        }
    }

    /** Cycles after which the next row can begin: no stage has anything to do for the one before when it comes. */
    private static long distance(DecodeCompiler.WithStages before, DecodeCompiler.WithStages next) {
        long distance = 0;
        for (int stage = 0; stage < before.stages().size(); stage++) {
            long end = before.schedule().starts().get(stage)
                    + before.stages().get(stage).last();
            long begin = next.schedule().starts().get(stage)
                    + next.stages().get(stage).first();
            distance = Math.max(distance, end - begin);
        }
        return distance;
    }

    private static void requireSameLayouts(DecodeCompiler.WithStages one, DecodeCompiler.WithStages other) {
        for (int stage = 0; stage < one.stages().size(); stage++) {
            StageBlocks first = one.stages().get(stage);
            StageBlocks second = other.stages().get(stage);
            if (first.words() != second.words() || first.cached() != second.cached()) {
                throw new IllegalStateException("rows of a step have different layouts in stage " + stage);
            }
        }
    }
}
