package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Value;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of which every chip computes a share, and how they become whole. On one chip they are whole from the beginning. */
final class RowSharing {
    private final Kernels kernels;
    private final SegmentPlan plan;
    private final SegmentPlan.Cut cut;
    private final MemoryMap map;
    private final Room room;
    private final Map<Vectors, Vectors> copies = new HashMap<>();

    RowSharing(Kernels kernels, SegmentPlan plan, SegmentPlan.Cut cut, MemoryMap map, Room room) {
        this.kernels = kernels;
        this.plan = plan;
        this.cut = cut;
        this.map = map;
        this.room = room;
    }

    /** Where this chip's share of a half-precision row belongs. */
    Map<Hemisphere, Vectors> own(Value value, int count) {
        Map<Hemisphere, Vectors> own = new EnumMap<>(Hemisphere.class);
        SegmentPlan.Gathered row = plan.gathered(value);
        whole(value)
                .forEach((hemisphere, all) ->
                        own.put(hemisphere, cut.chips() == 1 ? all : share(all, gatheredBase(row, -1), count)));
        return own;
    }

    /** Spreads a half-precision row, of which this chip has its share, to all chips. */
    Map<Hemisphere, Vectors> gather(Value value, Map<Hemisphere, Vectors> own) {
        Map<Hemisphere, Vectors> all = whole(value);
        if (cut.chips() > 1) {
            int count = own.get(Hemisphere.WEST).count();
            List<List<Vectors>> arriving = new ArrayList<>();
            for (int port = 0; port < cut.chips() - 1; port++) {
                int base = gatheredBase(plan.gathered(value), port);
                arriving.add(
                        all.values().stream().map(v -> share(v, base, count)).toList());
            }
            kernels.exchange("exchange halves", own, arriving, List.copyOf(all.values()));
        }
        return all;
    }

    /** Where this chip's share of something goes that is to be added to the residual stream; the first place is where it is looked for. */
    List<Vectors> targets(int count) {
        Vectors all = room.eastFloats(map.residual());
        if (cut.chips() == 1) {
            return List.of(all);
        }
        Vectors own = share(all, Bases.residualShare(-1), count);
        Vectors copy = room.westFloats(count);
        copies.put(own, copy);
        return List.of(own, copy);
    }

    /** Makes what {@link #targets} have whole, if it is not. */
    Vectors complete(Vectors own) {
        Vectors copy = copies.get(own);
        if (copy == null) {
            return own;
        }
        Vectors all =
                new Vectors(Element.FP32, own.hemisphere(), own.slice(), own.word(), Address.ABSOLUTE, map.residual());
        exchange(kernels, cut.chips(), own, copy, all);
        return all;
    }

    /** Spreads a row of floats in the east, of which this chip has its share, and a copy of that in the west. */
    static void exchange(Kernels kernels, int chips, Vectors own, Vectors copy, Vectors all) {
        List<List<Vectors>> arriving = new ArrayList<>();
        for (int port = 0; port < chips - 1; port++) {
            arriving.add(List.of(share(all, Bases.residualShare(port), own.count())));
        }
        kernels.exchange(
                "exchange floats", Map.of(Hemisphere.WEST, copy, Hemisphere.EAST, own), arriving, List.of(all));
    }

    private Map<Hemisphere, Vectors> whole(Value value) {
        SegmentPlan.Gathered row = plan.gathered(value);
        Map<Hemisphere, Vectors> all = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            all.put(
                    hemisphere,
                    map.gathered(hemisphere)
                            .slice(row.first(), row.space().vectors().size()));
        }
        return all;
    }

    private int gatheredBase(SegmentPlan.Gathered row, int port) {
        return Bases.gatheredShare(row.number(), port, cut.chips());
    }

    static Vectors share(Vectors all, int base, int count) {
        return new Vectors(all.type(), all.hemisphere(), all.slice(), all.word(), base, count);
    }
}
