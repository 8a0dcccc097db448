package dev.lockstep.compiler.layout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the elements of a row of the model are spread over vectors: always over the same number of shards, however many chips there are, so that a
 * chip that has several shards computes exactly what several chips with one each would. All shards have the same number of vectors.
 *
 * @param vectors lane l of vector v holds element {@code vectors.get(v)[l]}, or nothing if that is {@link #NOTHING}
 */
public record Space(int shards, List<int[]> vectors) {
    public static final int NOTHING = -1;

    static final int SUPERLANE = 16;

    public Space {
        vectors = List.copyOf(vectors);
        if (shards < 1 || vectors.size() % shards != 0) {
            throw new IllegalArgumentException(vectors.size() + " vectors over " + shards + " shards");
        }
    }

    /** Elements in order, as evenly as possible. */
    public static Space even(int width, int shards, int lanes) {
        int chunk = divideUp(width, shards);
        int perShard = divideUp(chunk, lanes);
        int share = divideUp(chunk, perShard);
        int filled = perShard == 1 ? share : divideUp(share, SUPERLANE) * SUPERLANE;
        List<int[]> vectors = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            for (int vector = 0; vector < perShard; vector++) {
                int first = shard * chunk + vector * filled;
                int end = Math.min(Math.min(first + filled, (shard + 1) * chunk), width);
                vectors.add(IntStream.range(first, Math.max(first, end)).toArray());
            }
        }
        return new Space(shards, vectors);
    }

    /** Vectors of a shard. */
    public int perShard() {
        return vectors.size() / shards;
    }

    /** The vectors that hold anything. */
    public List<Integer> occupied() {
        return IntStream.range(0, vectors.size())
                .filter(v -> Arrays.stream(vectors.get(v)).anyMatch(e -> e != NOTHING))
                .boxed()
                .toList();
    }

    /** Lanes in use in the vectors of {@code shardsPerChip} shards: the most that any chip uses, vector by vector; at least 1. */
    public List<Integer> extents(int shardsPerChip) {
        int perChip = shardsPerChip * perShard();
        List<Integer> extents = new ArrayList<>();
        for (int v = 0; v < perChip; v++) {
            int most = 1;
            for (int other = v; other < vectors.size(); other += perChip) {
                most = Math.max(most, vectors.get(other).length);
            }
            extents.add(most);
        }
        return extents;
    }

    static int divideUp(int a, int b) {
        return (a + b - 1) / b;
    }
}
