package dev.lockstep.compiler.decode;

/** A part of what is done for a round of heads, and what all such parts look at. */
abstract class RoundPart {
    final Stage stage;
    final Shape shape;
    final Round round;
    final int count;
    final Scheduler scheduler;
    final Geometry geometry;
    final Group all;
    final int alu;
    /** Blocks of positions, and how many of them a side has at most. */
    final int blocks;

    final int passes;

    RoundPart(Stage stage, Shape shape, Round round) {
        this.stage = stage;
        this.shape = shape;
        this.round = round;
        this.count = round.count();
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        this.all = scheduler.all();
        this.alu = geometry.alu;
        this.blocks = shape.positionBlocks();
        this.passes = Math.ceilDiv(blocks, 2);
    }
}
