package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.AttentionPlaces;
import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Scoring;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Gives attention its room and its caches. */
final class AttentionCompiler {
    private final Kernels kernels;
    private final ModelPlan model;
    private final SegmentPlan plan;
    private final SegmentPlan.Cut cut;
    private final MemoryMap map;
    private final Room room;
    private final int positions;

    AttentionCompiler(Kernels kernels, ModelPlan model, SegmentPlan plan, Room room, int positions) {
        this.kernels = kernels;
        this.model = model;
        this.plan = plan;
        this.cut = plan.cut();
        this.map = model.map();
        this.room = room;
        this.positions = positions;
    }

    /** @param own where this chip's share of the result goes */
    void compile(Op.Attention op, Vectors q, Vectors k, Vectors v, Map<Hemisphere, Vectors> own) {
        HeadCut heads = plan.heads();
        int blocks = (positions + cut.lanes() - 1) / cut.lanes();
        int all = q.count();
        AttentionPlaces places = new AttentionPlaces(
                angles(Turn.ofQueries(op)),
                angles(Turn.ofKeys(op)),
                masks(op.scoring(), blocks),
                plan.sinks(op),
                map.keyOffsets(),
                map.valueOffset(),
                map.slotMasks(),
                map.lane(),
                MemoryMap.ONES,
                new Address(0, Bases.CACHES),
                new Address(0, Bases.CACHES),
                room.halves(Hemisphere.WEST, all),
                room.halves(Hemisphere.WEST, k.count()),
                halves(v.count()),
                room.westFloats(all * blocks),
                room.westFloats(all),
                room.eastFloats(2 * all),
                room.eastFloats(all),
                halves(all * blocks),
                room.eastFloats(all * blocks),
                room.westFloats(all * blocks));
        kernels.attention(op, heads, positions, map.keyWords(), map.valueWords(), q, k, v, places, own);
    }

    private AttentionPlaces.Angles angles(Turn turn) {
        int number = model.turns().indexOf(turn);
        return new AttentionPlaces.Angles(map.cos(number), map.sin(number));
    }

    private List<Vectors> masks(Scoring scoring, int blocks) {
        Vectors coming = map.mask().slice(0, blocks);
        if (scoring.window() == 0) {
            return List.of(coming);
        }
        int window = model.windows().indexOf(scoring.window());
        return List.of(coming, map.windowMask(window).slice(0, blocks));
    }

    /** Room on both sides, the west first: programs are the same in every run of the compiler. */
    private Map<Hemisphere, Vectors> halves(int count) {
        Map<Hemisphere, Vectors> both = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            both.put(hemisphere, room.halves(hemisphere, count));
        }
        return both;
    }
}
