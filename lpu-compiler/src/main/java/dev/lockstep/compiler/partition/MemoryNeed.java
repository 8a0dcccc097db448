package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;
import java.util.List;

/**
 * Bytes that the fullest chip needs. What streams to the arrays lies in as many slices as there are streams, so that each stream has a
 * slice to itself; the other slices hold what is being worked on and the text of the program.
 *
 * @param weights of its layers, with what rounding to arrays adds
 * @param head its share of the output matrix, on the chips of the last stage
 * @param cache keys and values of all users, with what rounding to vectors adds
 * @param capacity of the slices that stream
 */
public record MemoryNeed(long weights, long head, long cache, long capacity) {
    /** Words of each slice that hold arrays of ones, and room for one array; for experts, arrays of lanes' numbers and of ones as well. */
    private static final int TABLES = 60;

    private static final int EXPERT_TABLES = 40;

    private static final int LANES = 320;
    private static final int GROUP = 16;

    static MemoryNeed of(Question question, Partition partition) {
        List<MemoryNeed> needs = each(question, partition.tensor(), partition.split(), partition.pieces());
        MemoryNeed fullest = new MemoryNeed(0, 0, 0, 0);
        for (int stage = 0; stage < partition.stages(); stage++) {
            int first = partition.cuts().get(stage);
            MemoryNeed need = needs.get(first);
            for (int piece = first + 1; piece < partition.cuts().get(stage + 1); piece++) {
                need = need.with(needs.get(piece));
            }
            fullest = need.total() > fullest.total() ? need : fullest;
        }
        return fullest;
    }

    /** What each piece needs on a chip of a stage of so many. */
    static List<MemoryNeed> each(Question question, int tensor, HeadSplit split, List<Piece> pieces) {
        return pieces.stream().map(piece -> of(question, tensor, split, piece)).toList();
    }

    /** What a piece needs on a chip of a stage of so many; the model's last one with the output matrix. */
    static MemoryNeed of(Question question, int tensor, HeadSplit split, Piece piece) {
        ModelSizes model = question.model();
        Machine machine = question.machine();
        boolean routed =
                model.layers().stream().anyMatch(layer -> layer.feedForward().routed());
        int tables = TABLES + (routed ? EXPERT_TABLES : 0);
        long capacity = 2L * machine.streams() * (machine.wordsPerSlice() - tables) * machine.lanes();
        LayerShard shard = LayerShard.of(
                model.width(), model.layers().get(piece.half() / 2), tensor, split, question.context(), piece);
        if (piece.attends()) {
            return new MemoryNeed(
                    shard.attentionBytes(machine, question.precision()),
                    0,
                    shard.cacheBytesKept(machine) * question.users(),
                    capacity);
        }
        boolean last = piece.half() == 2 * model.layers().size() - 1 && piece.completes();
        long head = last ? head(model, tensor, question.precision()).paddedBytes(machine, question.precision()) : 0;
        return new MemoryNeed(shard.feedForwardBytes(machine, question.precision()), head, 0, capacity);
    }

    /** A chip's share of the output matrix, in tiles of equal length, as many for each plane. */
    static Matrix head(ModelSizes model, int tensor, WeightPrecision precision) {
        int outputs = Math.ceilDiv(model.vocabulary(), tensor);
        int planes = precision.arrays();
        int tiles = Math.ceilDiv(Math.ceilDiv(outputs, LANES), planes) * planes;
        return new Matrix(model.width(), tiles * Math.ceilDiv(Math.ceilDiv(outputs, tiles), GROUP) * GROUP);
    }

    private MemoryNeed with(MemoryNeed other) {
        return new MemoryNeed(weights + other.weights, head + other.head, cache + other.cache, capacity);
    }

    public long total() {
        return weights + head + cache;
    }

    public boolean fits() {
        return total() <= capacity;
    }

    /** Users whose caches would fit beside everything else. */
    int usersThatFit(int users) {
        if (cache == 0) {
            return Integer.MAX_VALUE;
        }
        long room = capacity - weights - head;
        return room < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, room / Math.ceilDiv(cache, users));
    }
}
