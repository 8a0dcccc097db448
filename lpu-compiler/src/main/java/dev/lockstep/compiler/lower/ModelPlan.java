package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.fetch.TextRoom;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where everything of a model lies, on every chip of a stage alike. */
final class ModelPlan {
    /** Words of every slice that the embedding table leaves to program text. */
    private static final int TEXT_WORDS = 64;

    private final Graph graph;
    private final SegmentPlan.Cut cut;
    private final Space residual;
    private final List<SegmentPlan> segments = new ArrayList<>();
    private final List<Home> homes = new ArrayList<>();
    private final MemoryMap map;
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

    /**
     * @param graph not lowered: products with weights of any type read floats
     * @param stages nodes, each of which has some consecutive segments
     * @param capacity most positions
     */
    ModelPlan(Graph graph, Machine machine, SegmentPlan.Cut cut, int stages, int capacity) {
        this.graph = graph;
        this.stages = stages;
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
        int headsPerVector = segments.stream()
                .filter(segment -> segment.segment().attention().isPresent())
                .mapToInt(segment -> segment.heads().headsPerVector())
                .max()
                .orElse(0);
        this.map = new MemoryMap(
                residual.vectors().size(),
                gathered,
                capacity,
                headSize,
                headsPerVector,
                cut.lanes(),
                machine.wordsPerSlice());
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
            words += segment.weightWords();
            if (cut.chips() > 1 && segment.gathered().isPresent()) {
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
        require(map.tableWords(), machine, "tables of positions");
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
            require(caches, machine, "weights and KV cache");
            require(constants, machine, "gains and biases");
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
                .filter(table -> constants + table.groups() <= map.words());
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

    private static void require(int words, Machine machine, String what) {
        if (words > machine.wordsPerSlice()) {
            throw new CompilerException(
                    "The model does not fit: its %s need %d words of every memory slice, and a slice has %d. Use more chips or a shorter context."
                            .formatted(what, words, machine.wordsPerSlice()));
        }
    }
}
