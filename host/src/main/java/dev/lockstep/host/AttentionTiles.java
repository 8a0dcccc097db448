package dev.lockstep.host;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.host.program.StepContext;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Cuts the tokens of a step into runs of one sequence and one KV block, for which attention is computed together.
 *
 * @param capacity most tokens of a step
 * @param most most tokens of a tile
 */
record AttentionTiles(int capacity, int most) {
    /** Writes the tiles of a step whose positions are in the context already. */
    void write(Step step, MemorySegment context) {
        int tiles = 0;
        for (int first = 0; first < step.size(); ) {
            int end = end(step, context, first);
            context.set(ValueLayout.JAVA_LONG, StepContext.tileTokens(capacity) + 8L * tiles, first);
            context.set(ValueLayout.JAVA_LONG, StepContext.tileSizes(capacity) + 8L * tiles, end - first);
            tiles++;
            first = end;
        }
        context.set(ValueLayout.JAVA_LONG, StepContext.TILES, tiles);
    }

    /** The first token after those that go with token {@code first}. */
    private int end(Step step, MemorySegment context, int first) {
        long position = context.get(ValueLayout.JAVA_LONG, StepContext.positions() + 8L * first);
        long leftInBlock = KvLayout.BLOCK - position % KvLayout.BLOCK;
        long most = Math.min(Math.min(this.most, leftInBlock), step.size() - first);
        int end = first + 1;
        while (end < first + most && step.sequence(end) == step.sequence(first)) {
            end++;
        }
        return end;
    }
}
