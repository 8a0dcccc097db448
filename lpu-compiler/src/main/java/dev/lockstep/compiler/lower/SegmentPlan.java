package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Chain;
import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the rows of a segment are spread over vectors, and where its weights lie. */
final class SegmentPlan {
    /** What chips exchange of logits: the largest, and its token. */
    private static final int BESTS = 2;

    private final Segment segment;
    private final Cut cut;
    private final Space residual;
    private final Map<Value, Space> spaces = new HashMap<>();
    private final Map<Op, LinearPlan> linears = new LinkedHashMap<>();
    private final Map<Op, VectorPlan> vectors = new LinkedHashMap<>();
    private Optional<HeadCut> heads = Optional.empty();
    private final Map<Value, Gathered> gathered = new LinkedHashMap<>();
    private final Map<Value, Integer> experts = new HashMap<>();
    private final Map<Op.Route, Integer> ties = new LinkedHashMap<>();
    private Optional<TokenPlan> tokens = Optional.empty();
    private final boolean aside;
    private int weightWords;
    private int asideWords;
    private int constantWords;

    /**
     * @param shards over which rows are spread
     * @param chips that share them
     * @param weights type of matrices: FP16, or INT8 with a scale for each row
     */
    record Cut(int shards, int chips, int lanes, Element weights) {
        int shardsPerChip() {
            return shards / chips;
        }

        /** The same with every chip by itself. */
        Cut alone() {
            return new Cut(shards, 1, lanes, weights);
        }
    }

    /**
     * A half-precision row that chips exchange.
     *
     * @param number among those of the segment
     * @param first vector among all that are gathered
     */
    record Gathered(int number, int first, Space space) {}

    /** @param aside whether the weights of logits stand aside, where there are no others */
    SegmentPlan(Segment segment, Cut cut, Space residual, boolean aside) {
        this.aside = aside;
        this.segment = segment;
        this.cut = cut;
        this.residual = residual;
        spaces.put(segment.input(), residual);
        for (Node node : segment.nodes()) {
            plan(node);
        }
    }

    Segment segment() {
        return segment;
    }

    /** How chips share the segment: not at all if each computes all of it. */
    Cut cut() {
        return cut;
    }

    /** What a chip's weights take to stream into the arrays. */
    long streaming(Machine machine) {
        long cycles = 0;
        int fewest = machine.whole(Quantity.INSTALL_VISIBLE);
        for (LinearPlan linear : linears.values()) {
            for (int item = 0; item < linear.tiles().items(); item++) {
                cycles += (long) linear.tiles().steps(item)
                        * (1 + Math.max(fewest, linear.tiles().groups(item)));
            }
        }
        return cycles;
    }

    /** What exchanges between chips take at least. */
    long exchanging(Machine machine) {
        long cycles = 0;
        for (Gathered row : gathered.values()) {
            cycles += exchange(machine, Element.FP16.planes() * row.space().perChip(cut.shardsPerChip()));
        }
        int last = tokens.isPresent() ? BESTS : residual.perChip(cut.shardsPerChip());
        return cycles + exchange(machine, Element.FP32.planes() * last);
    }

    private static long exchange(Machine machine, int vectors) {
        return machine.linkCycles() + (long) (vectors - 1) * machine.whole(Quantity.VECTOR_CYCLES);
    }

    Space space(Value value) {
        return spaces.get(value);
    }

    LinearPlan linear(Op op) {
        return linears.get(op);
    }

    VectorPlan vector(Op op) {
        return vectors.get(op);
    }

    List<LinearPlan> linears() {
        return List.copyOf(linears.values());
    }

    List<VectorPlan> vectors() {
        return List.copyOf(vectors.values());
    }

    /** Where the scores of an attention's sinks lie, one vector for each head of a chip. */
    Optional<Vectors> sinks(Op.Attention attention) {
        return Optional.ofNullable(vectors.get(attention))
                .map(sinks -> MemoryMap.constants(sinks.word(), sinks.space().perShard() * cut.shardsPerChip()));
    }

    /** The cut of the segment's attention. */
    HeadCut heads() {
        return heads.orElseThrow();
    }

    /** The half-precision rows that chips exchange. */
    List<Gathered> gathered() {
        return List.copyOf(gathered.values());
    }

    Gathered gathered(Value value) {
        return gathered.get(value);
    }

    /** How many experts' rows a value is made of; 0 for others. */
    int experts(Value value) {
        return experts.getOrDefault(value, 0);
    }

    /** Where a router's table of ties lies, and how many vectors it has: vector e has ones in the lanes after e. */
    Vectors ties(Op.Route route) {
        return MemoryMap.constants(ties.get(route), route.scores().width());
    }

    List<Op.Route> routes() {
        return List.copyOf(ties.keySet());
    }

    /** Where numbers of tokens lie, if the segment computes logits. */
    Optional<TokenPlan> tokens() {
        return tokens;
    }

    /** Words of every pair of slices that the segment's weights take. */
    int weightWords() {
        return weightWords;
    }

    /** Words of the slices next to the vector unit that weights take. */
    int asideWords() {
        return asideWords;
    }

    /** Words of floats that gains and biases take. */
    int constantWords() {
        return constantWords;
    }

    private void plan(Node node) {
        switch (node.op()) {
            case Op.RmsNorm norm
            when ofHeads(norm) -> {
                spaces.put(node.value(), spaces.get(norm.x()));
                vector(norm, new VectorPlan(norm.gain(), heads().headGain(), true, constantWords), 1);
            }
            case Op.RmsNorm norm -> {
                require(
                        residual == spaces.get(norm.x()) && norm.groups() == 1,
                        "a norm of anything but the residual stream, what is added to it, and heads");
                spaces.put(node.value(), residual);
                vector(
                        norm,
                        new VectorPlan(norm.gain(), residual, true, constantWords),
                        residual.vectors().size());
            }
            case Op.Linear linear -> linear(node.value(), linear, linear.x(), linear.matrix(), 1);
            case Op.Bias bias -> {
                Space space = spaces.get(bias.x());
                spaces.put(node.value(), space);
                vector(
                        bias,
                        new VectorPlan(bias.vector(), space, false, constantWords),
                        space.perShard() * cut.shardsPerChip());
            }
            case Op.Attention attention -> {
                attention.scoring().sinks().ifPresent(sinks -> {
                    Space numbers = heads().headNumbers();
                    vector(
                            attention,
                            new VectorPlan(sinks, numbers, false, constantWords),
                            numbers.perShard() * cut.shardsPerChip());
                });
                gather(node.value(), heads().outputs());
            }
            case Op.Gated gated -> {
                gather(node.value(), spaces.get(gated.gate()));
                experts.put(node.value(), experts(gated.gate()));
            }
            case Op.Add add -> {
                require(
                        residual == spaces.get(add.a()) && residual == spaces.get(add.b()),
                        "a sum that is not added to the residual stream");
                spaces.put(node.value(), residual);
            }
            case Op.Scale scale -> spaces.put(node.value(), spaces.get(scale.x()));
            case Op.SoftCap soft -> spaces.put(node.value(), spaces.get(soft.x()));
            case Op.Route route -> route(route);
            case Op.ExpertLinear linear -> {
                int count = linear.matrices().matrices();
                boolean each = experts(linear.x()) > 0;
                experts.put(node.value(), each ? 0 : count);
                linear(node.value(), linear, linear.x(), linear.matrices(), each ? count : 1);
            }
            case Op.ExpertBias bias -> {
                Space space = spaces.get(bias.x());
                spaces.put(node.value(), space);
                experts.put(node.value(), experts(bias.x()));
                Weight vectors = bias.vectors();
                Space elements = weighted(bias) ? space.timesExperts(vectors.rows(), vectors.columns()) : space;
                vector(
                        bias,
                        new VectorPlan(vectors, elements, false, constantWords),
                        elements.perChip(cut.shardsPerChip()));
            }
            case Op.ExpertSum sum -> spaces.put(node.value(), spaces.get(sum.x()));
            case Op.RowGate gate -> spaces.put(node.value(), spaces.get(gate.x()));
            case Op.Embedding _, Op.Quantize _, Op.LayerNorm _, Op.Activate _, Op.HeadLinear _, Op.Weave _ ->
                throw new CompilerException("The compiler for LPUs does not support the operation "
                        + node.op().getClass().getSimpleName()
                        + ". Use a model with RMS norms and gated units, or `lockstep run`.");
        }
    }

    /** Whether queries or keys are normed, head by head, rather than the residual stream. */
    boolean ofHeads(Op.RmsNorm norm) {
        return residual != spaces.get(norm.x());
    }

    /** Whether something is normed before it is added to the residual stream. */
    boolean beforeSum(Op.RmsNorm norm) {
        return !isStream(norm.x());
    }

    /** Whether a value is the residual stream, rather than something to be added to it. */
    boolean isStream(Value value) {
        return value.equals(segment.input())
                || segment.nodes().stream()
                        .anyMatch(node -> node.value().equals(value)
                                && node.op() instanceof Op.Add add
                                && (isStream(add.a()) || isStream(add.b())));
    }

    /** Whether biases of experts count as much as these do, since their results have been added already. */
    boolean weighted(Op.ExpertBias bias) {
        return experts(bias.x()) == 0;
    }

    private void gather(Value value, Space space) {
        int first = gathered.values().stream()
                .mapToInt(row -> row.space().vectors().size())
                .sum();
        gathered.put(value, new Gathered(gathered.size(), first, space));
        spaces.put(value, space);
    }

    private void route(Op.Route route) {
        require(!route.routing().weighing().sigmoid(), "experts that are weighed by sigmoids");
        int count = route.scores().width();
        require(count <= cut.lanes(), "more experts than " + cut.lanes());
        ties.put(route, constantWords);
        constantWords += count;
    }

    /** @param beside how many matrices stand side by side */
    private void linear(Value value, Op op, Value x, Weight matrix, int beside) {
        Space columns = spaces.get(x);
        Space rows = rows(value, op);
        spaces.put(value, rows);
        List<Integer> extents = rows.extents(cut.shardsPerChip());
        boolean logits = isLogits(value);
        boolean apart = aside
                && logits
                && columns.occupied().size() >= Chain.of(cut.weights()).size();
        TileWords tiles = apart
                ? TileWords.aside(columns.occupied(), extents)
                : new TileWords(weightWords, Bases.WEIGHTS, columns.occupied(), extents, Chain.of(cut.weights()));
        linears.put(op, new LinearPlan(matrix, columns, rows, tiles, beside, constantWords));
        if (tiles.aside()) {
            asideWords += tiles.size();
        } else {
            weightWords += tiles.size();
        }
        constantWords += cut.weights() == Element.INT8 ? tiles.outputs() : 0;
        if (logits) {
            tokens = Optional.of(new TokenPlan(rows, constantWords));
            constantWords += 2 * tiles.outputs();
        }
    }

    private boolean isLogits(Value value) {
        return segment.readers(Epilogue.of(segment, value).result()).isEmpty();
    }

    private Space rows(Value value, Op op) {
        Value result = Epilogue.of(segment, value).result();
        List<Op> readers = segment.readers(result);
        if (readers.size() == 1 && readers.getFirst() instanceof Op.RmsNorm norm) {
            result = segment.readingNodes(result).getFirst().value();
            readers = segment.readers(result);
            require(
                    readers.size() == 1
                            && (readers.getFirst() instanceof Op.Add
                                    || readers.getFirst() instanceof Op.Attention attention
                                            && norm.gain().columns() == attention.headSize()),
                    "a norm of anything but the residual stream, what is added to it, and heads");
        }
        if (readers.size() == 1 && readers.getFirst() instanceof Op.Attention attention) {
            HeadCut headCut = heads.orElseGet(() -> new HeadCut(attention, cut.shards(), cut.lanes()));
            heads = Optional.of(headCut);
            require(attention.headSize() <= cut.lanes(), "heads larger than a vector");
            if (attention.q().equals(result)) {
                return headCut.queries();
            }
            return attention.k().equals(result) ? headCut.keys() : headCut.values();
        }
        if (aside
                && isLogits(value)
                && residual.occupied().size() >= Chain.of(cut.weights()).size()) {
            return Space.evenAside(op.width(), cut.shards(), cut.lanes());
        }
        if (readers.size() != 1) {
            return Space.even(op.width(), cut.shards(), cut.lanes());
        }
        Value read = result;
        return switch (readers.getFirst()) {
            case Op.Add _ -> residual;
            case Op.RowGate gate when gate.x().equals(read) -> residual;
            case Op.RowGate _, Op.Route _ -> Space.everywhere(op.width(), cut.lanes());
            case Op.Gated _
            when op instanceof Op.ExpertLinear experts ->
                Space.experts(experts.matrices().matrices(), experts.matrices().rows(), cut.shards(), cut.lanes());
            default -> Space.even(op.width(), cut.shards(), cut.lanes());
        };
    }

    private void vector(Op op, VectorPlan plan, int words) {
        vectors.put(op, plan);
        constantWords += words;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new CompilerException(
                    "The compiler for LPUs does not support " + what + ". Use another model, or `lockstep run`.");
        }
    }
}
