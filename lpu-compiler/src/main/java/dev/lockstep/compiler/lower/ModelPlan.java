package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.fetch.TextRoom;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where everything of a model lies, on every chip of a stage alike. */
final class ModelPlan {
    /** Words of every slice that the embedding table leaves to program text. */
    private static final int TEXT_WORDS = 64;
    /** The shortest context that is worth telling. */
    private static final int FEWEST_POSITIONS = 16;

    private final Graph graph;
    private final SegmentPlan.Cut cut;
    private final Space residual;
    private final List<SegmentPlan> segments = new ArrayList<>();
    private final List<Home> homes = new ArrayList<>();
    private final MemoryMap map;
    private final List<Turn> turns;
    private final List<Integer> windows;
    private final int stages;
    private int[] stage = {};
    private int arrayWords;
    private Optional<EmbeddingPlan> embedding = Optional.empty();

    /**
     * Where a segment's own words begin.
     *
     * @param weights in the pairs of both hemispheres
     * @param constants among the floats of the west
     * @param caches keys in the west's pairs, values in the east's
     */
    record Home(int weights, int constants, int caches) {}

    /** How much is done to save memory. */
    private enum Economy {
        /** Chips share what is faster that way, and all of them have the weights of the rest. */
        NONE,
        /** Chips share everything. */
        SHARED,
        /** And the weights of logits lie in the slices next to the vector unit. */
        ASIDE
    }

    private ModelPlan(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity, Economy economy) {
        this.graph = graph;
        this.stages = stages;
        this.cut = cut;
        if (!(graph.nodes().getFirst().op() instanceof Op.Embedding embedding)) {
            throw new CompilerException("The graph does not begin with an embedding. Use a model of the llama family.");
        }
        this.residual = Space.even(embedding.width(), cut.shards(), cut.lanes());
        for (Segment segment : Segment.cut(graph)) {
            segments.add(plan(segment, machine, economy));
        }
        int gathered = segments.stream()
                .mapToInt(segment -> segment.gathered().stream()
                        .mapToInt(row -> row.space().vectors().size())
                        .sum())
                .max()
                .orElse(0);
        int headSize = graph.attentions().stream()
                .mapToInt(Op.Attention::headSize)
                .max()
                .orElse(0);
        int headsPerVector = segments.stream()
                .filter(segment -> segment.segment().attention().isPresent())
                .mapToInt(segment -> segment.heads().headsPerVector())
                .max()
                .orElse(0);
        this.turns = Turn.of(graph);
        this.windows = graph.attentions().stream()
                .map(attention -> attention.scoring().window())
                .filter(window -> window > 0)
                .distinct()
                .toList();
        this.map = new MemoryMap(
                turns.size(),
                windows.size(),
                residual.vectors().size(),
                gathered,
                capacity,
                headSize,
                headsPerVector,
                cut.lanes(),
                segments.getLast().asideWords(),
                machine.wordsPerSlice());
        place(machine);
    }

    /**
     * Places a model; with measures to save memory only where there is no other way.
     *
     * @param graph not lowered: products with weights of any type read floats
     * @param stages nodes, each of which has some consecutive segments
     * @param capacity most positions
     */
    static ModelPlan of(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity) {
        try {
            return closest(graph, machine, cut, stages, capacity);
        } catch (NoRoomException e) {
            for (int shorter = capacity / 2; shorter >= FEWEST_POSITIONS; shorter /= 2) {
                if (fits(graph, machine, cut, stages, shorter)) {
                    throw new CompilerException(e.getMessage() + " " + shorter + " positions would fit.");
                }
            }
            throw e;
        }
    }

    /** The same with weights of logits in the slices next to the vector unit in any case. */
    static ModelPlan aside(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity) {
        return new ModelPlan(graph, machine, cut, stages, capacity, Economy.ASIDE);
    }

    /** Hops cost more than small half layers: where they do, every chip computes all of it. Keys and values are always shared. */
    private SegmentPlan plan(Segment segment, Machine machine, Economy economy) {
        SegmentPlan shared = new SegmentPlan(segment, cut, residual, economy == Economy.ASIDE);
        if (economy != Economy.NONE || cut.chips() == 1 || segment.attention().isPresent()) {
            return shared;
        }
        SegmentPlan whole = new SegmentPlan(segment, cut.alone(), residual, false);
        long longer = whole.streaming(machine) - shared.streaming(machine);
        return longer < shared.exchanging(machine) ? whole : shared;
    }

    private static ModelPlan closest(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity) {
        NoRoomException last = new NoRoomException("");
        for (Economy economy : Economy.values()) {
            if (economy != Economy.ASIDE || cut.weights() == Element.INT8) {
                try {
                    return new ModelPlan(graph, machine, cut, stages, capacity, economy);
                } catch (NoRoomException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private static boolean fits(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity) {
        try {
            closest(graph, machine, cut, stages, capacity);
            return true;
        } catch (NoRoomException e) {
            return false;
        }
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

    /** Ways in which queries and keys depend on their position. */
    List<Turn> turns() {
        return turns;
    }

    /** Lengths of windows. */
    List<Integer> windows() {
        return windows;
    }

    List<SegmentPlan> segments() {
        return segments;
    }

    Home home(int segment) {
        return homes.get(segment);
    }

    int stages() {
        return stages;
    }

    /**
     * What weights and links alone take: a word of every pair in a cycle, and a hop for each row that chips exchange, since each product needs the one before it.
     */
    long floor(Machine machine) {
        long hops = 2L * (stages - 1);
        long words = 0;
        for (SegmentPlan segment : segments) {
            words += segment.weightWords() + segment.asideWords();
            if (segment.cut().chips() > 1 && !segment.gathered().isEmpty()) {
                hops += 2;
            }
        }
        if (cut.chips() > 1 && embedding.isPresent()) {
            hops++;
        }
        return words + hops * machine.linkCycles();
    }

    /** What is left of the slices that feed the arrays, behind weights and caches, on every chip. */
    List<TextRoom> textRooms() {
        List<TextRoom> rooms = new ArrayList<>();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            for (int slice = Slices.ARRAY; slice < Slices.ARRAY + 2 * Slices.PAIRS; slice++) {
                int first = arrayWords;
                if (hemisphere == Hemisphere.EAST
                        && embedding.isPresent()
                        && slice < Slices.array(embedding.get().groups(), 0)) {
                    first = Math.max(
                            first, embedding.get().word() + embedding.get().words());
                }
                rooms.add(new TextRoom(hemisphere, slice, first, map.words() - first));
            }
        }
        return rooms;
    }

    /** Where the embedding table lies; nowhere if there is no room for it, so that the host has to write rows. */
    Optional<EmbeddingPlan> embedding() {
        return embedding;
    }

    /** What a row of the embedding table is multiplied with. */
    float embeddingScale() {
        return graph.nodes().get(1).op() instanceof Op.Scale scale ? scale.factor() : 1;
    }

    /** The stage that a segment belongs to. */
    int stage(int segment) {
        return stage[segment];
    }

    private void place(Machine machine) {
        require(map.tableWords(), map.roomWords(), "tables of positions");
        stage = Stages.cut(segments.stream().map(this::words).toList(), stages);
        int weights = 0;
        int caches = 0;
        int constants = 0;
        for (int i = 0; i < segments.size(); i++) {
            SegmentPlan segment = segments.get(i);
            if (i == 0 || stage[i] != stage[i - 1]) {
                weights = MemoryMap.FIRST_WEIGHTS;
                constants = map.firstConstants();
                caches = weights;
                for (int j = i; j < segments.size() && stage[j] == stage[i]; j++) {
                    caches += segments.get(j).weightWords();
                }
            }
            homes.add(new Home(weights, constants, caches));
            weights += segment.weightWords();
            constants += segment.constantWords();
            caches += cacheWords(segment);
            arrayWords = Math.max(arrayWords, caches);
            require(caches, machine.wordsPerSlice(), "weights and KV cache");
            require(constants, map.roomWords(), "gains and biases");
            if (stage[i] == 0) {
                embedding = embedding(caches, constants);
            }
        }
    }

    /** Behind what the first stage has. */
    private Optional<EmbeddingPlan> embedding(int caches, int constants) {
        return EmbeddingPlan.of(
                        graph.vocabularySize(),
                        residual.perShard() * cut.shardsPerChip(),
                        caches,
                        map.words() - TEXT_WORDS,
                        constants)
                .filter(table -> constants + table.groups() <= map.roomWords());
    }

    private int words(SegmentPlan segment) {
        return segment.weightWords() + cacheWords(segment);
    }

    /** Words that the keys of a segment take in the west's pairs, and its values in the east's. */
    private int cacheWords(SegmentPlan segment) {
        if (segment.segment().attention().isEmpty()) {
            return 0;
        }
        int heads = segment.heads().kvHeadsPerShard() * cut.shardsPerChip();
        return heads * Math.max(map.keyWords(), map.valueWords());
    }

    private static void require(int words, int available, String what) {
        if (words > available) {
            throw new NoRoomException(
                    "The model does not fit: its %s need %d words of every memory slice, and there are %d. Use more chips, INT8 weights or a shorter context."
                            .formatted(what, words, available));
        }
    }

    /** Something does not fit that would with a shorter context, or in other places. */
    private static final class NoRoomException extends CompilerException {
        private static final long serialVersionUID = 1;

        NoRoomException(String message) {
            super(message);
        }
    }
}
