package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;

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
    /** Words of each slice that hold arrays of ones, and room for one array. */
    private static final int TABLES = 60;

    static MemoryNeed of(Question question, Partition partition) {
        ModelSizes model = question.model();
        Machine machine = question.machine();
        int layers = model.layers().size();
        long capacity = 2L * machine.streams() * (machine.wordsPerSlice() - TABLES) * machine.lanes();
        MemoryNeed fullest = new MemoryNeed(0, 0, 0, capacity);
        for (int stage = 0; stage < partition.stages(); stage++) {
            long weights = 0;
            long cache = 0;
            int first = partition.firstHalf(stage, layers);
            for (int half = first; half < first + partition.halvesOf(stage, layers); half++) {
                LayerShard shard = LayerShard.of(
                        model.width(),
                        model.layers().get(half / 2),
                        partition.tensor(),
                        partition.split(),
                        question.context());
                boolean attention = half % 2 == 0;
                weights += attention
                        ? shard.attentionBytes(machine, partition.precision())
                        : shard.feedForwardBytes(machine, partition.precision());
                cache += attention ? shard.cacheBytesKept(machine) * question.users() : 0;
            }
            long head = stage == partition.stages() - 1
                    ? head(model, partition).paddedBytes(machine, partition.precision())
                    : 0;
            MemoryNeed need = new MemoryNeed(weights, head, cache, capacity);
            fullest = need.total() > fullest.total() ? need : fullest;
        }
        return fullest;
    }

    /** A chip's share of the output matrix. */
    static Matrix head(ModelSizes model, Partition partition) {
        return new Matrix(model.width(), Math.ceilDiv(model.vocabulary(), partition.tensor()));
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
