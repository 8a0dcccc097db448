package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;

/** Where everything of a model lies, on every chip alike. */
final class ModelPlan {
    private final Graph graph;
    private final SegmentPlan.Cut cut;
    private final Space residual;
    private final List<SegmentPlan> segments = new ArrayList<>();
    private final List<Home> homes = new ArrayList<>();
    private final MemoryMap map;

    /**
     * Where a segment's own words begin.
     *
     * @param weights in the pairs of both hemispheres
     * @param constants among the floats of the west
     * @param keys in the west's pairs
     * @param values in the east's pairs
     */
    record Home(int weights, int constants, int keys, int values) {}

    /**
     * @param graph not lowered: products with weights of any type read floats
     * @param capacity most positions
     */
    ModelPlan(Graph graph, Machine machine, SegmentPlan.Cut cut, int capacity) {
        this.graph = graph;
        this.cut = cut;
        if (!(graph.nodes().getFirst().op() instanceof Op.Embedding embedding)) {
            throw new CompilerException("The graph does not begin with an embedding. Use a model of the llama family.");
        }
        this.residual = Space.even(embedding.width(), cut.shards(), cut.lanes());
        for (Segment segment : Segment.cut(graph)) {
            segments.add(new SegmentPlan(segment, cut, residual));
        }
        int gathered = segments.stream()
                .flatMap(segment -> segment.gathered().stream())
                .mapToInt(space -> space.vectors().size())
                .max()
                .orElse(0);
        int headSize = graph.attentions().stream()
                .mapToInt(Op.Attention::headSize)
                .max()
                .orElse(0);
        this.map = new MemoryMap(residual.vectors().size(), gathered, capacity, headSize, cut.lanes());
        place(machine);
    }

    Graph graph() {
        return graph;
    }

    SegmentPlan.Cut cut() {
        return cut;
    }

    Space residual() {
        return residual;
    }

    MemoryMap map() {
        return map;
    }

    List<SegmentPlan> segments() {
        return segments;
    }

    Home home(int segment) {
        return homes.get(segment);
    }

    private void place(Machine machine) {
        int weights = MemoryMap.FIRST_WEIGHTS;
        int constants = map.firstConstants();
        for (SegmentPlan segment : segments) {
            homes.add(new Home(weights, constants, 0, 0));
            weights += segment.weightWords();
            constants += segment.constantWords();
        }
        int keys = weights;
        int values = weights;
        for (int i = 0; i < segments.size(); i++) {
            Home home = homes.get(i);
            homes.set(i, new Home(home.weights(), home.constants(), keys, values));
            if (segments.get(i).segment().attention().isPresent()) {
                int heads = segments.get(i).heads().kvHeadsPerShard() * cut.shardsPerChip();
                keys += heads * map.keyWords();
                values += heads * map.valueWords();
            }
        }
        require(Math.max(keys, values), machine, "weights and KV cache");
        require(constants, machine, "gains and biases");
    }

    private static void require(int words, Machine machine, String what) {
        if (words > machine.wordsPerSlice()) {
            throw new CompilerException(
                    "The model does not fit: its %s need %d words of every memory slice, and a slice has %d. Use more chips or a shorter context."
                            .formatted(what, words, machine.wordsPerSlice()));
        }
    }
}
