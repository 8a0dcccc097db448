package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Chain;
import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Scoring;
import dev.lockstep.graph.Value;
import dev.lockstep.lpu.isa.Element;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the rows of a segment are spread over vectors, and where its weights lie. */
final class SegmentPlan {
    private final Segment segment;
    private final Cut cut;
    private final Space residual;
    private final Map<Value, Space> spaces = new HashMap<>();
    private final Map<Op, LinearPlan> linears = new LinkedHashMap<>();
    private final Map<Op, VectorPlan> vectors = new LinkedHashMap<>();
    private Optional<HeadCut> heads = Optional.empty();
    private Optional<Space> gathered = Optional.empty();
    private Optional<TokenPlan> tokens = Optional.empty();
    private int weightWords;
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
    }

    SegmentPlan(Segment segment, Cut cut, Space residual) {
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

    Space space(Value value) {
        return spaces.get(value);
    }

    LinearPlan linear(Op.Linear op) {
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

    /** The cut of the segment's attention. */
    HeadCut heads() {
        return heads.orElseThrow();
    }

    /** The space of the half-precision row that chips exchange, if the segment has one. */
    Optional<Space> gathered() {
        return gathered;
    }

    /** Where numbers of tokens lie, if the segment computes logits. */
    Optional<TokenPlan> tokens() {
        return tokens;
    }

    /** Words of every pair of slices that the segment's weights take. */
    int weightWords() {
        return weightWords;
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
                spaces.put(node.value(), residual);
                vector(
                        norm,
                        new VectorPlan(norm.gain(), residual, true, constantWords),
                        residual.vectors().size());
            }
            case Op.Linear linear -> linear(node.value(), linear);
            case Op.Bias bias -> {
                Space space = spaces.get(bias.x());
                spaces.put(node.value(), space);
                vector(
                        bias,
                        new VectorPlan(bias.vector(), space, false, constantWords),
                        space.perShard() * cut.shardsPerChip());
            }
            case Op.Attention attention -> {
                require(attention.scoring().equals(Scoring.PLAIN), "attention with a window, capped scores or sinks");
                require(attention.rope().width() > 0, "attention without positions");
                require(attention.rope().growth().isEmpty(), "queries that grow with their position");
                gather(node.value(), heads().outputs());
            }
            case Op.Gated gated -> {
                require(
                        gated.activation() != Activation.SWIGLU_OAI,
                        "a gated unit of " + gated.activation().text());
                gather(node.value(), spaces.get(gated.gate()));
            }
            case Op.Add add -> {
                require(residual == spaces.get(add.a()), "a sum that is not added to the residual stream");
                spaces.put(node.value(), residual);
            }
            case Op.Scale scale -> spaces.put(node.value(), spaces.get(scale.x()));
            case Op.SoftCap soft -> spaces.put(node.value(), spaces.get(soft.x()));
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
                    Op.ExpertSum _ ->
                throw new CompilerException("The compiler for LPUs does not support the operation "
                        + node.op().getClass().getSimpleName() + ". Use a model of the llama family without experts.");
        }
    }

    /** Whether queries or keys are normed, head by head, rather than the residual stream. */
    boolean ofHeads(Op.RmsNorm norm) {
        return residual != spaces.get(norm.x());
    }

    private void gather(Value value, Space space) {
        require(gathered.isEmpty(), "two exchanged rows in one segment");
        gathered = Optional.of(space);
        spaces.put(value, space);
    }

    private void linear(Value value, Op.Linear op) {
        Space columns = spaces.get(op.x());
        Space rows = rows(value, op);
        spaces.put(value, rows);
        TileWords tiles = new TileWords(
                weightWords,
                Bases.WEIGHTS,
                columns.occupied(),
                rows.extents(cut.shardsPerChip()),
                Chain.of(cut.weights()));
        linears.put(op, new LinearPlan(op.matrix(), columns, rows, tiles, constantWords));
        weightWords += tiles.size();
        constantWords += cut.weights() == Element.INT8 ? tiles.outputs() : 0;
        if (segment.readers(Epilogue.of(segment, value).result()).isEmpty()) {
            tokens = Optional.of(new TokenPlan(rows, constantWords));
            constantWords += 2 * tiles.outputs();
        }
    }

    private Space rows(Value value, Op.Linear op) {
        Value result = Epilogue.of(segment, value).result();
        List<Op> readers = segment.readers(result);
        if (readers.size() == 1 && readers.getFirst() instanceof Op.RmsNorm norm) {
            result = segment.readingNodes(result).getFirst().value();
            readers = segment.readers(result);
            require(
                    readers.size() == 1
                            && readers.getFirst() instanceof Op.Attention attention
                            && norm.gain().columns() == attention.headSize(),
                    "a norm of anything but the residual stream and heads");
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
        if (readers.size() == 1 && readers.getFirst() instanceof Op.Add) {
            return residual;
        }
        return Space.even(op.width(), cut.shards(), cut.lanes());
    }

    private void vector(Op op, VectorPlan plan, int words) {
        vectors.put(op, plan);
        constantWords += words;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new CompilerException(
                    "The compiler for LPUs does not support " + what + ". Use a model of the llama family.");
        }
    }
}
