package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Chip;
import dev.lockstep.compiler.kernel.Elementwise;
import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.kernel.Labels;
import dev.lockstep.compiler.kernel.Maps;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Block;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Schedules one segment for a bucket of positions. */
final class BlockCompiler {
    private final SegmentPlan plan;
    private final SegmentPlan.Cut cut;
    private final MemoryMap map;
    private final Room room;
    private final Scheduler scheduler;
    private final Kernels kernels;
    private final AttentionCompiler attention;
    private final Map<Value, Vectors> floats = new HashMap<>();
    private final Map<Value, Map<Hemisphere, Vectors>> halves = new HashMap<>();
    private final Map<Vectors, Vectors> copies = new HashMap<>();
    private Optional<Vectors> logits = Optional.empty();

    /**
     * A scheduled segment.
     *
     * @param length cycles until all of its effects are there
     * @param logits where the last segment leaves them
     */
    record Result(Block block, int length, Optional<Vectors> logits, List<Scheduler.Span> spans) {}

    BlockCompiler(Chip chip, Maps maps, SegmentPlan plan, SegmentPlan.Cut cut, MemoryMap map, int positions) {
        this.plan = plan;
        this.cut = cut;
        this.map = map;
        this.room = new Room(map);
        this.scheduler = new Scheduler(chip.machine());
        this.kernels = new Kernels(chip, new Labels(), maps, scheduler);
        this.attention = new AttentionCompiler(kernels, plan, cut, map, room, positions);
        floats.put(plan.segment().input(), map.row());
    }

    Result compile(String name) {
        for (Node node : plan.segment().nodes()) {
            switch (node.op()) {
                case Op.RmsNorm norm when plan.ofHeads(norm) -> headNorm(node.value(), norm);
                case Op.RmsNorm norm -> norm(node.value(), norm);
                case Op.Linear linear -> linear(node.value(), linear);
                case Op.Bias bias -> floats.put(node.value(), floats.get(bias.x()));
                case Op.Scale scale -> floats.put(node.value(), floats.get(scale.x()));
                case Op.SoftCap soft -> floats.put(node.value(), floats.get(soft.x()));
                case Op.Attention op ->
                    exchanged(
                            node.value(),
                            attention.compile(op, floats.get(op.q()), floats.get(op.k()), floats.get(op.v())));
                case Op.Gated gated -> gated(node.value(), gated);
                case Op.Add add -> add(node.value(), add);
                case Op.Embedding _,
                        Op.Quantize _,
                        Op.LayerNorm _,
                        Op.Activate _,
                        Op.RowGate _,
                        Op.HeadLinear _,
                        Op.Weave _,
                        Op.ExpertBias _,
                        Op.Route _,
                        Op.ExpertLinear _,
                        Op.ExpertSum _ -> throw new IllegalStateException("planned nevertheless: " + node.op());
            }
        }
        logits.ifPresent(this::choose);
        return new Result(
                scheduler.block(name, Bases.count(cut.chips())), scheduler.length(), logits, scheduler.spans());
    }

    /** The most likely token, beside the logits. */
    private void choose(Vectors all) {
        int word = plan.tokens().orElseThrow().word();
        kernels.choose(
                all,
                MemoryMap.constants(word, all.count()),
                MemoryMap.constants(word + all.count(), all.count()),
                room::westFloats,
                room::eastFloats,
                map.token(),
                cut.chips());
    }

    private void norm(Value value, Op.RmsNorm norm) {
        Vectors row = floats.get(norm.x());
        VectorPlan gain = plan.vector(norm);
        Vectors gains = MemoryMap.constants(gain.word(), row.count());
        Map<Hemisphere, Vectors> targets = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            targets.put(hemisphere, map.normed(hemisphere));
        }
        kernels.norm(
                row,
                gains,
                norm.width(),
                norm.epsilon(),
                plan.space(value).occupied(),
                targets,
                room.westFloats(2),
                room.eastFloats(2));
        halves.put(value, targets);
    }

    private void headNorm(Value value, Op.RmsNorm norm) {
        Vectors heads = floats.get(norm.x());
        int count = heads.count();
        Vectors target = room.eastFloats(count);
        kernels.headNorm(
                heads,
                MemoryMap.constants(plan.vector(norm).word(), 1),
                norm.gain().columns(),
                norm.epsilon(),
                room.westFloats(2 * count),
                room.eastFloats(count),
                target);
        floats.put(value, target);
    }

    private void linear(Value value, Op.Linear op) {
        LinearPlan linear = plan.linear(op);
        Epilogue epilogue = Epilogue.of(plan.segment(), value);
        List<Vectors> targets = targets(epilogue.result(), linear);
        kernels.linear(
                linear.matrix().name(),
                linear.tiles(),
                cut.weights(),
                halves.get(op.x()),
                scales(linear),
                elementwise(epilogue, linear.tiles().outputs()),
                targets);
        floats.put(value, targets.getFirst());
    }

    private List<Elementwise> elementwise(Epilogue epilogue, int outputs) {
        List<Elementwise> steps = new ArrayList<>();
        for (Op op : epilogue.operations()) {
            steps.add(
                    switch (op) {
                        case Op.Bias bias ->
                            new Elementwise.Bias(
                                    MemoryMap.constants(plan.vector(bias).word(), outputs));
                        case Op.Scale scale -> new Elementwise.Scale(scale.factor());
                        case Op.SoftCap soft -> new Elementwise.SoftCap(soft.cap());
                        default -> throw new IllegalStateException("not elementwise: " + op);
                    });
        }
        return steps;
    }

    private Optional<Vectors> scales(LinearPlan linear) {
        return cut.weights() == Element.INT8
                ? Optional.of(
                        MemoryMap.constants(linear.scales(), linear.tiles().outputs()))
                : Optional.empty();
    }

    /** Where a product goes; the first place is where later operations look for it. */
    private List<Vectors> targets(Value value, LinearPlan linear) {
        int outputs = linear.tiles().outputs();
        List<Op> readers = plan.segment().readers(value);
        if (readers.isEmpty()) {
            Vectors target = room.eastFloats(outputs);
            logits = Optional.of(target);
            return List.of(target);
        }
        return switch (readers.getFirst()) {
            case Op.Gated gated when gated.up().equals(value) -> List.of(room.westFloats(outputs));
            case Op.Add _
            when cut.chips() > 1 -> {
                Vectors all = room.eastFloats(map.residual());
                Vectors own = share(all, Bases.residualShare(-1), outputs);
                Vectors copy = room.westFloats(outputs);
                copies.put(own, copy);
                yield List.of(own, copy);
            }
            default -> List.of(room.eastFloats(outputs));
        };
    }

    private void gated(Value value, Op.Gated gated) {
        Vectors gate = floats.get(gated.gate());
        Map<Hemisphere, Vectors> own = own(map, cut, gate.count());
        kernels.gate(gated.activation(), gate, floats.get(gated.up()), List.copyOf(own.values()));
        exchanged(value, own);
    }

    /** Spreads a half-precision row, of which this chip has its share, to all chips. */
    private void exchanged(Value value, Map<Hemisphere, Vectors> own) {
        Map<Hemisphere, Vectors> all = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            all.put(hemisphere, map.gathered(hemisphere));
        }
        halves.put(value, all);
        if (cut.chips() > 1) {
            int count = own.get(Hemisphere.WEST).count();
            List<List<Vectors>> arriving = new ArrayList<>();
            for (int port = 0; port < cut.chips() - 1; port++) {
                List<Vectors> places = new ArrayList<>();
                for (Hemisphere hemisphere : Hemisphere.values()) {
                    places.add(share(all.get(hemisphere), Bases.gatheredShare(port, cut.chips()), count));
                }
                arriving.add(places);
            }
            kernels.exchange("exchange halves", own, arriving, List.copyOf(all.values()));
        }
    }

    /** This chip's share of the gathered row. */
    static Map<Hemisphere, Vectors> own(MemoryMap map, SegmentPlan.Cut cut, int count) {
        Map<Hemisphere, Vectors> own = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            Vectors all = map.gathered(hemisphere);
            own.put(
                    hemisphere,
                    cut.chips() == 1 ? all.slice(0, count) : share(all, Bases.gatheredShare(-1, cut.chips()), count));
        }
        return own;
    }

    private void add(Value value, Op.Add add) {
        Vectors b = floats.get(add.b());
        if (cut.chips() > 1) {
            b = exchangedFloats(b);
        }
        kernels.add(floats.get(add.a()), b, map.row());
        floats.put(value, map.row());
    }

    private Vectors exchangedFloats(Vectors own) {
        Vectors all =
                new Vectors(Element.FP32, own.hemisphere(), own.slice(), own.word(), Address.ABSOLUTE, map.residual());
        exchangeShares(kernels, cut.chips(), own, copies.get(own), all);
        return all;
    }

    /** Spreads a row of floats in the east, of which this chip has its share, and a copy of that in the west. */
    static void exchangeShares(Kernels kernels, int chips, Vectors own, Vectors copy, Vectors all) {
        List<List<Vectors>> arriving = new ArrayList<>();
        for (int port = 0; port < chips - 1; port++) {
            arriving.add(List.of(share(all, Bases.residualShare(port), own.count())));
        }
        kernels.exchange(
                "exchange floats", Map.of(Hemisphere.WEST, copy, Hemisphere.EAST, own), arriving, List.of(all));
    }

    static Vectors share(Vectors all, int base, int count) {
        return new Vectors(all.type(), all.hemisphere(), all.slice(), all.word(), base, count);
    }
}
