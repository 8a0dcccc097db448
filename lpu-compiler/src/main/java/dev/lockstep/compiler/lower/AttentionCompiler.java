package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.AttentionPlaces;
import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Map;

/** Gives attention its room and its caches. */
final class AttentionCompiler {
    private final Kernels kernels;
    private final SegmentPlan plan;
    private final SegmentPlan.Cut cut;
    private final MemoryMap map;
    private final Room room;
    private final int positions;

    AttentionCompiler(Kernels kernels, SegmentPlan plan, SegmentPlan.Cut cut, MemoryMap map, Room room, int positions) {
        this.kernels = kernels;
        this.plan = plan;
        this.cut = cut;
        this.map = map;
        this.room = room;
        this.positions = positions;
    }

    /** @return this chip's share of the result */
    Map<Hemisphere, Vectors> compile(Op.Attention op, Vectors q, Vectors k, Vectors v) {
        HeadCut heads = plan.heads();
        int blocks = (positions + cut.lanes() - 1) / cut.lanes();
        int all = q.count();
        int results = heads.outputs().perShard() * cut.shardsPerChip();
        Map<Hemisphere, Vectors> own = BlockCompiler.own(map, cut, results);
        AttentionPlaces places = new AttentionPlaces(
                map.cos(),
                map.sin(),
                map.mask().slice(0, blocks),
                map.keyOffsets(),
                map.valueOffset(),
                map.oneHot().slice(0, op.headSize()),
                map.slotMasks(),
                map.lane(),
                MemoryMap.ONES,
                new Address(0, Bases.CACHES),
                new Address(0, Bases.CACHES),
                room.halves(Hemisphere.WEST, all),
                room.halves(Hemisphere.WEST, k.count()),
                room.halves(Hemisphere.WEST, v.count()),
                room.westFloats(all * blocks),
                room.westFloats(all),
                room.eastFloats(2 * all),
                Map.of(
                        Hemisphere.WEST, room.halves(Hemisphere.WEST, all * blocks),
                        Hemisphere.EAST, room.halves(Hemisphere.EAST, all * blocks)),
                room.eastFloats(all * blocks),
                room.westFloats(all * blocks));
        kernels.attention(op, heads, positions, map.keyWords(), map.valueWords(), q, k, v, places, own);
        return own;
    }
}
