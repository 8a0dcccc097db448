package dev.lockstep.host;

import dev.lockstep.graph.Rope;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.memory.LargeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The cosines and sines of one kind of RoPE for all positions of the context, and the growth of queries where they grow, computed when positions
 * are first used: memory of those that no text comes to is never touched.
 */
final class AngleTables {
    private final Rope rope;
    private final MemorySegment table;
    private int positions;

    AngleTables(Rope rope, int contextLength, Arena arena) {
        this.rope = rope;
        this.table = LargeMemory.allocate(4L * Kernels.angleFloats(rope) * contextLength, arena);
    }

    /** Makes sure that all positions before {@code end} are there. */
    void prepare(int end) {
        int pairs = rope.width() / 2;
        for (; positions < end; positions++) {
            long row = (long) positions * Kernels.angleFloats(rope);
            for (int pair = 0; pair < pairs; pair++) {
                table.setAtIndex(ValueLayout.JAVA_FLOAT, row + pair, rope.cos(positions, pair));
                table.setAtIndex(ValueLayout.JAVA_FLOAT, row + pairs + pair, rope.sin(positions, pair));
            }
            if (rope.growth().isPresent()) {
                float growth = rope.growth().get().at(positions);
                table.setAtIndex(ValueLayout.JAVA_FLOAT, row + rope.width(), growth);
            }
        }
    }

    long address() {
        return table.address();
    }
}
