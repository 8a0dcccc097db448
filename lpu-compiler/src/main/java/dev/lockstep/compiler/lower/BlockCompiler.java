package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Chip;
import dev.lockstep.compiler.kernel.Elementwise;
import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.kernel.Labels;
import dev.lockstep.compiler.kernel.Maps;
import dev.lockstep.compiler.kernel.Norms;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
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
    private final RowSharing sharing;
    private final AttentionCompiler attention;
    private final Map<Value, Vectors> floats = new HashMap<>();
    private final Map<Value, Map<Hemisphere, Vectors>> halves = new HashMap<>();

    /** Second places of products, in the west. */
    private final Map<Value, Vectors> moved = new HashMap<>();

    /** Products that a gated unit reads: placed output vector by output vector, so that chips exchange the first results while the next are computed. */
    private final Map<Value, Deferred> deferred = new HashMap<>();

    private Optional<Vectors> logits = Optional.empty();

    /** Some output vectors of a product, when their time has come. */
    private interface Deferred {
        void place(int first, int count);
    }

    /**
     * A scheduled segment.
     *
     * @param length cycles until all of its effects are there
     * @param logits where the last segment leaves them
     * @param path cycles of the longest chain of kernels that depend on one another
     */
    record Result(
            Block block, int length, Optional<Vectors> logits, List<Scheduler.Span> spans, Map<String, Integer> path) {}

    BlockCompiler(Chip chip, Maps maps, ModelPlan model, SegmentPlan plan, int positions) {
        this.plan = plan;
        this.cut = plan.cut();
        this.map = model.map();
        this.room = new Room(map);
        this.scheduler = new Scheduler(chip.machine());
        this.kernels = new Kernels(chip, new Labels(), maps, scheduler);
        this.sharing = new RowSharing(kernels, plan, cut, map, room);
        this.attention = new AttentionCompiler(kernels, model, plan, room, positions);
        floats.put(plan.segment().input(), map.row());
    }

    Result compile(String name) {
        for (Node node : plan.segment().nodes()) {
            switch (node.op()) {
                case Op.RmsNorm norm when plan.ofHeads(norm) -> headNorm(node.value(), norm);
                case Op.RmsNorm norm when plan.beforeSum(norm) -> normBeforeSum(node.value(), norm);
                case Op.RmsNorm norm -> norm(node.value(), norm);
                case Op.Linear linear -> linear(node.value(), linear, linear.x());
                case Op.ExpertLinear linear -> linear(node.value(), linear, linear.x());
                case Op.Bias _, Op.Scale _, Op.SoftCap _, Op.ExpertBias _, Op.ExpertSum _ -> {
                    // Done while the product before passes the vector unit.
                }
                case Op.Attention op -> attention(node.value(), op);
                case Op.Gated gated -> gated(node.value(), gated);
                case Op.Add add -> add(node.value(), add);
                case Op.Route route -> route(node.value(), route);
                case Op.RowGate gate -> rowGate(node.value(), gate);
                case Op.Embedding _, Op.Quantize _, Op.LayerNorm _, Op.Activate _, Op.HeadLinear _, Op.Weave _ ->
                    throw new IllegalStateException("planned nevertheless: " + node.op());
            }
        }
        logits.ifPresent(this::choose);
        return new Result(
                scheduler.block(name, Bases.count(cut.chips(), plan.gathered().size())),
                scheduler.length(),
                logits,
                scheduler.spans(),
                scheduler.path());
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
        Norms.Source source = source(norm, floats.get(norm.x()), map.residual());
        Map<Hemisphere, Vectors> targets = normed();
        kernels.norms().activations(source, plan.space(value).occupied(), normRoom(1, room.eastFloats(1)), targets);
        halves.put(value, targets);
    }

    private Map<Hemisphere, Vectors> normed() {
        Map<Hemisphere, Vectors> targets = new EnumMap<>(Hemisphere.class);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            targets.put(hemisphere, map.normed(hemisphere));
        }
        return targets;
    }

    /** What a product reads; the residual stream itself where it is not normed before. */
    private Map<Hemisphere, Vectors> activations(Value x) {
        return halves.computeIfAbsent(x, _ -> {
            Map<Hemisphere, Vectors> targets = normed();
            kernels.norms().rounded(floats.get(x), plan.space(x).occupied(), targets);
            return targets;
        });
    }

    private void normBeforeSum(Value value, Op.RmsNorm norm) {
        Norms.Source source = source(norm, sharing.complete(floats.get(norm.x())), map.residual());
        Vectors target = room.westFloats(map.residual());
        kernels.norms().floats(source, normRoom(1, room.westFloats(1)), target);
        floats.put(value, target);
    }

    private void attention(Value value, Op.Attention op) {
        Map<Hemisphere, Vectors> own = sharing.own(value, plan.heads().outputs().perShard() * cut.shardsPerChip());
        attention.compile(op, floats.get(op.q()), floats.get(op.k()), floats.get(op.v()), own);
        halves.put(value, sharing.gather(value, own));
    }

    private void headNorm(Value value, Op.RmsNorm norm) {
        Vectors heads = floats.get(norm.x());
        Vectors target = room.eastFloats(heads.count());
        Norms.Room places = normRoom(heads.count(), room.westFloats(heads.count()));
        kernels.norms().heads(source(norm, heads, 1), places, target);
        floats.put(value, target);
    }

    private Norms.Source source(Op.RmsNorm norm, Vectors row, int gains) {
        VectorPlan gain = plan.vector(norm);
        return new Norms.Source(
                row,
                MemoryMap.constants(gain.word(), gains),
                norm.gain().columns(),
                gain.space().lanes(),
                norm.epsilon());
    }

    private Norms.Room normRoom(int norms, Vectors roots) {
        return new Norms.Room(room.westFloats(norms), room.eastFloats(norms), roots);
    }

    private void linear(Value value, Op op, Value x) {
        LinearPlan linear = plan.linear(op);
        Epilogue epilogue = Epilogue.of(plan.segment(), value);
        List<Vectors> targets = targets(epilogue.result(), linear);
        floats.put(value, targets.getFirst());
        floats.put(epilogue.result(), targets.getFirst());
        if (targets.size() > 1) {
            moved.put(epilogue.result(), targets.getLast());
        }
        List<Elementwise> steps = elementwise(epilogue, linear.tiles().outputs());
        TileWords tiles = linear.tiles().aside() ? linear.tiles().from(map.firstAside()) : linear.tiles();
        Map<Hemisphere, Vectors> activations = activations(x);
        Deferred product = (first, count) -> kernels.linear(
                linear.matrix().name(),
                tiles.slice(first, count),
                cut.weights(),
                MemoryMap.ONES,
                activations,
                scales(linear).map(scales -> scales.slice(first, count)),
                steps.stream().map(step -> step.slice(first, count)).toList(),
                targets.stream().map(target -> target.slice(first, count)).toList());
        if (plan.segment().readers(epilogue.result()).stream().anyMatch(Op.Gated.class::isInstance)) {
            deferred.put(epilogue.result(), product);
        } else {
            product.place(0, linear.tiles().outputs());
        }
    }

    private List<Elementwise> elementwise(Epilogue epilogue, int outputs) {
        List<Elementwise> steps = new ArrayList<>();
        for (Op op : epilogue.operations()) {
            switch (op) {
                case Op.Bias bias ->
                    steps.add(new Elementwise.Bias(
                            MemoryMap.constants(plan.vector(bias).word(), outputs)));
                case Op.Scale scale -> steps.add(new Elementwise.Scale(scale.factor()));
                case Op.SoftCap soft -> steps.add(new Elementwise.SoftCap(soft.cap()));
                case Op.ExpertBias bias ->
                    steps.add(new Elementwise.Bias(
                            plan.weighted(bias)
                                    ? weightedBias(bias, outputs)
                                    : MemoryMap.constants(plan.vector(bias).word(), outputs)));
                case Op.ExpertSum _ -> {
                    // Columns of all experts stand side by side, so that their product is the sum.
                }
                default -> throw new IllegalStateException("not elementwise: " + op);
            }
        }
        return steps;
    }

    private Vectors weightedBias(Op.ExpertBias bias, int outputs) {
        Vectors weights = floats.get(bias.choice());
        Vectors sums = room.eastFloats(outputs);
        Vectors biases = MemoryMap.constants(plan.vector(bias).word(), outputs * weights.count());
        kernels.weightedSums(biases, weights, sums);
        return sums;
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
            case Op.Route _ -> List.of(room.eastFloats(outputs), room.westFloats(outputs));
            case Op.RowGate gate when gate.gate().equals(value) -> List.of(room.westFloats(outputs));
            case Op.RmsNorm norm when plan.ofHeads(norm) -> List.of(room.eastFloats(outputs));
            case Op.Add _, Op.RmsNorm _, Op.RowGate _ -> sharing.targets(outputs);
            default -> List.of(room.eastFloats(outputs));
        };
    }

    private void gated(Value value, Op.Gated gated) {
        Vectors gate = floats.get(gated.gate());
        Vectors up = floats.get(gated.up());
        Optional<Vectors> weights = plan.experts(value) == 0
                ? Optional.empty()
                : Optional.of(floats.get(plan.segment().choice()));
        Map<Hemisphere, Vectors> own = sharing.own(value, gate.count());
        int perShard = plan.space(value).perShard();
        int step = cut.chips() > 1 ? 1 : gate.count();
        for (int output = 0; output < gate.count(); output += step) {
            int first = output;
            for (Value product : List.of(gated.gate(), gated.up())) {
                deferred.get(product).place(first, step);
            }
            kernels.gate(
                    gated.activation(),
                    gate.slice(first, step),
                    up.slice(first, step),
                    weights,
                    item -> (first + item) % perShard * plan.experts(value) / perShard,
                    own.values().stream().map(all -> all.slice(first, step)).toList());
        }
        halves.put(value, sharing.gather(value, own));
    }

    private void add(Value value, Op.Add add) {
        boolean stream = plan.isStream(add.a()) || plan.isStream(add.b());
        Vectors a = floats.get(add.a());
        Vectors b = floats.get(add.b());
        List<Vectors> targets = stream ? List.of(map.row()) : sharing.targets(a.count());
        kernels.add(stream ? sharing.complete(a) : a, stream ? sharing.complete(b) : b, targets);
        floats.put(value, targets.getFirst());
    }

    private void rowGate(Value value, Op.RowGate gate) {
        Vectors x = floats.get(gate.x());
        List<Vectors> targets = sharing.targets(x.count());
        kernels.rowGate(x, floats.get(gate.gate()), room.westFloats(1), targets);
        floats.put(value, targets.getFirst());
    }

    private void route(Value value, Op.Route route) {
        Vectors scores = floats.get(route.scores());
        floats.put(
                value,
                kernels.route(
                        route.routing(),
                        scores,
                        moved.get(route.scores()),
                        plan.ties(route),
                        room::westFloats,
                        room::eastFloats));
    }
}
