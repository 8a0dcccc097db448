package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What depends on the position of a token alone: tables that lie in memory, and the rows of them that a token needs. */
final class PositionTables {
    /** Added to scores of positions that a token must not see, and to logits that belong to no token. */
    static final float HIDDEN = -0x1p100f;

    private static final int ALL_BITS = -1;

    private final MemoryMap map;
    private final Op.Attention attention;

    PositionTables(ModelPlan plan) {
        this.map = plan.map();
        this.attention = plan.graph().attentions().getFirst();
    }

    /** Writes a vector: one element a lane, as bits. */
    interface Writer {
        void write(Vectors table, int row, int[] lanes);
    }

    void write(Writer writer) {
        for (int position = 0; position < map.capacity(); position++) {
            writer.write(map.cosTable(), position, angles(position, true));
            writer.write(map.sinTable(), position, angles(position, false));
        }
        for (int visible = 0; visible <= map.lanes(); visible++) {
            int[] mask = new int[map.lanes()];
            Arrays.fill(mask, visible, mask.length, Float.floatToRawIntBits(HIDDEN));
            writer.write(map.maskTable(), visible, mask);
        }
        for (int lane = 0; lane < map.lanes(); lane++) {
            int[] lanes = new int[map.lanes()];
            lanes[lane] = ALL_BITS;
            writer.write(map.laneTable(), lane, lanes);
        }
    }

    /** Fetches what a token needs, if there are so many blocks of positions. */
    void lookUp(Kernels kernels, int blocks) {
        List<Vectors> tables = new ArrayList<>(List.of(map.cosTable(), map.sinTable(), map.laneTable()));
        List<Vectors> targets = new ArrayList<>(List.of(map.cos(), map.sin(), map.lane()));
        List<Vectors> numbers = new ArrayList<>(List.of(number(0), number(0), number(1)));
        for (int block = 0; block < blocks; block++) {
            tables.add(map.maskTable());
            targets.add(map.mask().slice(block, 1));
            numbers.add(number(2 + block));
        }
        kernels.lookUp(tables, numbers, targets);
    }

    private Vectors number(int index) {
        return map.rowNumbers().slice(index, 1);
    }

    private int[] angles(int position, boolean cosine) {
        Rope rope = attention.rope();
        int[] lanes = new int[map.lanes()];
        for (int lane = 0; lane < attention.headSize(); lane++) {
            float value;
            if (lane >= rope.width()) {
                value = cosine ? 1 : 0;
            } else if (cosine) {
                value = rope.cos(position, lane / 2);
            } else {
                float sine = rope.sin(position, lane / 2);
                value = lane % 2 == 0 ? -sine : sine;
            }
            lanes[lane] = Float.floatToRawIntBits(value);
        }
        return lanes;
    }
}
