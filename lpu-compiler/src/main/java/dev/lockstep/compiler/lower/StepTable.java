package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Element;
import java.util.List;

/**
 * Numbers that depend on a token's position: which rows of tables it needs, and where its keys and values belong. A table has a row for each position, with a
 * number a lane; chips count positions, fetch the row, and spread every number over all lanes.
 */
final class StepTable {
    private final ModelPlan plan;
    private final MemoryMap map;

    StepTable(ModelPlan plan) {
        this.plan = plan;
        this.map = plan.map();
    }

    /** The row of a position. */
    int[] row(int position) {
        int[] lanes = new int[plan.cut().lanes()];
        int lane = 0;
        for (int number = 0; number < map.rowNumbers().count(); number++) {
            lanes[lane++] = rowNumber(number, position);
        }
        for (int pair = 0; pair < Slices.PAIRS; pair++) {
            lanes[lane++] = pair == position % Slices.PAIRS ? position / Slices.PAIRS : map.keyDump();
        }
        lanes[lane] = position / plan.cut().lanes() * map.blockWords();
        return lanes;
    }

    /** Puts the numbers of a position where kernels expect them, and counts one position on. */
    void lookUp(Kernels kernels) {
        kernels.lookUp(List.of(map.stepTable()), List.of(map.position().as(Element.FP16)), List.of(map.stepRow()));
        Vectors offset = map.valueOffset();
        // Two instructions read the offset at the same time: it lies in both halves.
        Vectors low = offset.as(Element.FP16);
        Vectors high = new Vectors(
                Element.FP16, offset.hemisphere(), offset.slice() + 2, offset.word(), offset.base(), offset.count());
        kernels.spread(
                map.stepRow(), List.of(List.of(map.rowNumbers()), List.of(map.keyOffsets()), List.of(low, high)));
        kernels.increment(map.position());
    }

    /** In the order of {@link MemoryMap#rowNumbers}. */
    private int rowNumber(int number, int position) {
        int lanes = plan.cut().lanes();
        return switch (number) {
            case 0 -> position;
            case 1 -> position % lanes;
            default -> {
                int block = (number - 2) % map.blocks();
                int window = (number - 2) / map.blocks() - 1;
                int edge = position + 1 - (window < 0 ? 0 : plan.windows().get(window));
                yield Math.clamp(edge - block * lanes, 0, lanes);
            }
        };
    }
}
