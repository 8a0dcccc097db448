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

    /** What every chip has all of: elements in order. */
    public static Space everywhere(int width, int lanes) {
        return even(width, 1, lanes);
    }

    /** Elements in order, as evenly as possible, with gaps so that they can be rows of weights that stand {@linkplain TileWords#aside aside}. */
    public static Space evenAside(int width, int shards, int lanes) {
        List<int[]> vectors = new ArrayList<>();
        for (int[] dense :
                even(width, shards, lanes * Slices.ASIDE / Slices.PAIRS).vectors()) {
            int superlanes = divideUp(dense.length, Slices.ASIDE);
            int[] spread = new int[superlanes * Slices.PAIRS];
            Arrays.fill(spread, NOTHING);
            for (int i = 0; i < dense.length; i++) {
                spread[i / Slices.ASIDE * Slices.PAIRS + i % Slices.ASIDE] = dense[i];
            }
            vectors.add(spread);
        }
        return new Space(shards, vectors);
    }

    /** Rows of several experts, each spread over all shards: in a shard, expert after expert. */
    public static Space experts(int experts, int width, int shards, int lanes) {
        Space one = even(width, shards, lanes);
        List<int[]> vectors = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            for (int expert = 0; expert < experts; expert++) {
                int first = expert * width;
                for (int[] vector : one.vectors().subList(shard * one.perShard(), (shard + 1) * one.perShard())) {
                    vectors.add(Arrays.stream(vector).map(e -> e + first).toArray());
                }
            }
        }
        return new Space(shards, vectors);
    }

    /** Every vector several times, once for each expert: its element e of expert x is numbered x * width + e. */
    public Space timesExperts(int experts, int width) {
        List<int[]> all = new ArrayList<>();
        for (int[] vector : vectors) {
            for (int expert = 0; expert < experts; expert++) {
                int first = expert * width;
                all.add(Arrays.stream(vector)
                        .map(e -> e == NOTHING ? NOTHING : e + first)
                        .toArray());
            }
        }
        return new Space(shards, all);
    }

    /** The vectors of a chip: its own shards', or all if every chip has all of them. */
    public List<int[]> of(int rank, int shardsPerChip) {
        int count = perChip(shardsPerChip);
        return shards == 1 ? vectors : vectors.subList(rank * count, (rank + 1) * count);
    }

    /** How many vectors a chip has. */
    public int perChip(int shardsPerChip) {
        return shards == 1 ? vectors.size() : shardsPerChip * perShard();
    }

    /** Vectors of a shard. */
    public int perShard() {
        return vectors.size() / shards;
    }

    /** The vectors that hold anything: the first of every shard, the second of every shard, and so on, as chips exchange them. */
    public List<Integer> occupied() {
        return IntStream.range(0, vectors.size())
                .map(i -> i % shards * perShard() + i / shards)
                .filter(v -> Arrays.stream(vectors.get(v)).anyMatch(e -> e != NOTHING))
                .boxed()
                .toList();
    }

    /** Lanes of the longest vector. */
    public int lanes() {
        return vectors.stream().mapToInt(vector -> vector.length).max().orElse(0);
    }

    /** Lanes in use in the vectors of {@code shardsPerChip} shards: the most that any chip uses, vector by vector; at least 1. */
    public List<Integer> extents(int shardsPerChip) {
        int perChip = perChip(shardsPerChip);
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
