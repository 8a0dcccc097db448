package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What depends on the position of a token alone: tables that lie in memory, and the rows of them that a token needs. */
final class PositionTables {
    /** Added to scores of positions that a token must not see, and to logits that belong to no token. */
    static final float HIDDEN = -0x1p100f;

    private static final int ALL_BITS = -1;

    private final MemoryMap map;
    private final List<Turn> turns;
    private final int headSize;

    PositionTables(ModelPlan plan) {
        this.map = plan.map();
        this.turns = plan.turns();
        this.headSize = map.headSize();
    }

    /** Writes a vector: one element a lane, as bits. */
    interface Writer {
        void write(Vectors table, int row, int[] lanes);
    }

    void write(Writer writer) {
        for (int turn = 0; turn < turns.size(); turn++) {
            for (int position = 0; position < map.capacity(); position++) {
                writer.write(map.cosTable(turn), position, angles(turns.get(turn), position, true));
                writer.write(map.sinTable(turn), position, angles(turns.get(turn), position, false));
            }
        }
        for (int visible = 0; visible <= map.lanes(); visible++) {
            writer.write(map.maskTable(), visible, hidden(visible, map.lanes()));
        }
        for (int left = 0; left < map.windowTable().count(); left++) {
            writer.write(map.windowTable(), left, hidden(0, left));
        }
        for (int lane = 0; lane < map.lanes(); lane++) {
            int[] lanes = new int[map.lanes()];
            lanes[lane] = ALL_BITS;
            writer.write(map.laneTable(), lane, lanes);
        }
    }

    /** Fetches what a token needs, if there are so many blocks of positions. */
    void lookUp(Kernels kernels, int blocks) {
        List<Vectors> tables = new ArrayList<>();
        List<Vectors> targets = new ArrayList<>();
        List<Vectors> numbers = new ArrayList<>();
        for (int turn = 0; turn < turns.size(); turn++) {
            tables.addAll(List.of(map.cosTable(turn), map.sinTable(turn)));
            targets.addAll(List.of(map.cos(turn), map.sin(turn)));
            numbers.addAll(List.of(number(0), number(0)));
        }
        tables.add(map.laneTable());
        targets.add(map.lane());
        numbers.add(number(1));
        for (int block = 0; block < blocks; block++) {
            tables.add(map.maskTable());
            targets.add(map.mask().slice(block, 1));
            numbers.add(number(2 + block));
            for (int window = 0; window < map.windows(); window++) {
                tables.add(map.windowTable());
                targets.add(map.windowMask(window).slice(block, 1));
                numbers.add(number(2 + (1 + window) * map.blocks() + block));
            }
        }
        kernels.lookUp(tables, numbers, targets);
    }

    private Vectors number(int index) {
        return map.rowNumbers().slice(index, 1);
    }

    private int[] hidden(int first, int end) {
        int[] lanes = new int[map.lanes()];
        Arrays.fill(lanes, first, end, Float.floatToRawIntBits(HIDDEN));
        return lanes;
    }

    private int[] angles(Turn turn, int position, boolean straight) {
        int[] lanes = new int[map.lanes()];
        for (int lane = 0; lane < headSize; lane++) {
            float factor = straight ? turn.straight(position, lane) : turn.crossed(position, lane);
            lanes[lane] = Float.floatToRawIntBits(factor);
        }
        return lanes;
    }
}
