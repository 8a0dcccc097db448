package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.schedule.Effects;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Schedules one stage of a pipeline. */
final class StageScheduler {
    /** Cycle 0 of a stage lies so far before its first vector, because keys must not be negative. */
    static final int LEAD = 400;

    private final Question question;
    private final Partition partition;
    private final Geometry geometry;
    private final StepRow row;

    StageScheduler(Question question, Partition partition, StepRow row) {
        this.row = row;
        this.question = question;
        this.partition = partition;
        this.geometry = new Geometry(question.machine());
    }

    /**
     * @param number of the stage
     * @param incoming how the stage before sent the residual, with keys of this stage's time; nothing for the first one
     * @param partial how it sent what its experts have given, if those of a half layer go on here
     * @param enters links from the stage before, if there is one
     * @param leaves links to the next stage, if there is one
     */
    StageBlocks schedule(
            int number,
            List<Sums.Sent> incoming,
            List<Sums.Sent> partial,
            @Nullable Transfer enters,
            @Nullable Transfer leaves) {
        int firstHalf = partition.firstHalf(number);
        List<Piece> pieces = partition.piecesOf(number);
        boolean last = leaves == null;
        int nodeChips = Math.min(partition.tensor(), question.machine().whole(Quantity.NODE_CHIPS));
        int nodes = partition.tensor() / nodeChips;
        int carriers = SumCost.carriers(question.machine(), question.topology(), question.chips(), partition.tensor());
        int width = question.model().width();
        Stage stage =
                new Stage(geometry, partition.precision(), partition.form(), row, nodeChips, nodes, carriers, width);
        Shape shape = shape(pieces.getFirst());
        List<Arrival> arrivals =
                enters == null ? present(shape.blocks()) : stage.sums().enter(incoming, enters);
        List<Arrival> before = enters == null || partial.isEmpty()
                ? List.of()
                : stage.sums().enterPartial(partial, enters).stream()
                        .sorted(Comparator.comparingInt(Arrival::block))
                        .toList();
        Residual residual = stage.residual(arrivals, shape.blocks());
        List<Sums.Sent> passed = List.of();
        List<Sums.Sent> sent = List.of();
        for (Piece piece : pieces) {
            boolean forward = piece.equals(pieces.getLast()) && leaves != null;
            if (forward && !piece.completes()) {
                passed = stage.sums().pass(residual, leaves);
            }
            if (forward) {
                stage.sums().forward(leaves);
            }
            stage.sums().part(piece.continues() ? before : List.of(), piece.completes());
            shape = shape(piece);
            stage.beginHalf(piece.half() - firstHalf);
            sent = piece.attends() ? attend(stage, shape, residual) : new FeedForwardHalf(stage, shape).place(residual);
            // Vectors cannot wait for long before they are received; what is appended gives way to them.
            List<Arrival> received = forward ? List.of() : stage.sums().receive(sent);
            if (!piece.attends() || forward) {
                stage.append();
            }
            if (!forward) {
                residual = stage.residual(received, shape.blocks());
            }
        }
        boolean completes = pieces.getLast().completes();
        if (last) {
            int outputs = Math.ceilDiv(question.model().vocabulary(), partition.tensor());
            new HeadSweep(stage, shape, Math.ceilDiv(outputs, 16)).place(residual);
            stage.beginHalf(-1);
            long end = stage.scheduler().builder(0).lastEffect(new Effects(question.machine()));
            stage.mark(Mark.Phase.HEAD, residual.arrived(), end);
        }
        Effects effects = new Effects(question.machine());
        List<Long> completed = new ArrayList<>();
        for (int chip = 0; chip < nodeChips; chip++) {
            completed.add(stage.scheduler().builder(chip).lastEffect(effects)
                    + question.machine().whole(Quantity.TILES));
        }
        return new StageBlocks(
                blocks(stage, nodeChips, number),
                completed,
                last ? List.of() : completes ? sent : passed,
                completes ? List.of() : sent,
                stage.marks(),
                stage.layout().streamingWords(),
                stage.layout().cachedWords(),
                stage.layout());
    }

    private static List<Sums.Sent> attend(Stage stage, Shape shape, Residual residual) {
        return shape.latent() == null
                ? new AttentionHalf(stage, shape).place(residual)
                : new LatentHalf(stage, shape).place(residual);
    }

    private static List<Block> blocks(Stage stage, int nodeChips, int number) {
        List<Block> blocks = new ArrayList<>();
        for (int chip = 0; chip < nodeChips; chip++) {
            blocks.add(stage.scheduler().builder(chip).build("stage-" + number + "-chip-" + chip));
        }
        return blocks;
    }

    /** The host has put the first residual into memory. */
    private List<Arrival> present(int blocks) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            arrivals.add(Arrival.flowing(geometry, block, LEAD, Arrival.HERE));
        }
        return arrivals;
    }

    private Shape shape(Piece piece) {
        return Shape.of(
                question.machine(),
                question.model(),
                question.model().layers().get(piece.half() / 2),
                partition.tensor(),
                question.context(),
                row.positions(),
                piece);
    }
}
