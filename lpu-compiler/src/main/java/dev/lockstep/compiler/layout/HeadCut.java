package dev.lockstep.compiler.layout;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which heads belong to which shard. With fewer key-value heads than shards, several shards keep the same key-value head and share
 * its query heads. Queries, keys and values have a vector for each head; the results of a shard's heads stand side by side, each in
 * {@linkplain #slot() superlanes of its own}.
 */
public final class HeadCut {
    private final Op.Attention attention;
    private final int shards;
    private final int lanes;
    private final int shares;
    private final int perShard;

    /** @param lanes of a vector */
    public HeadCut(Op.Attention attention, int shards, int lanes) {
        this.attention = attention;
        this.shards = shards;
        this.lanes = lanes;
        this.perShard = Space.divideUp(attention.kvHeads(), shards);
        this.shares = shares(attention, shards);
    }

    /** Key-value heads that a shard keeps. */
    public int kvHeadsPerShard() {
        return perShard;
    }

    /** Query heads of a shard for each of its key-value heads. */
    public int headsPerKvHead() {
        return attention.group() / shares;
    }

    /** Query heads of a shard. */
    public int headsPerShard() {
        return perShard * headsPerKvHead();
    }

    /** Lanes that a head takes among results: whole superlanes. */
    public int slot() {
        return Space.divideUp(attention.headSize(), Space.SUPERLANE) * Space.SUPERLANE;
    }

    /** Most heads in a vector of results. */
    public int headsPerVector() {
        int vectors = Space.divideUp(headsPerShard(), lanes / slot());
        return Space.divideUp(headsPerShard(), vectors);
    }

    /** Where rows of the query matrix go; pairs that RoPE turns lie side by side. */
    public Space queries() {
        return space(true, pairwise(attention.rope()));
    }

    public Space keys() {
        return space(false, pairwise(attention.rope()));
    }

    public Space values() {
        return space(false, IntUnaryOperator.identity());
    }

    /** A vector with one element for each of a head's, as queries and keys have them. */
    public Space headGain() {
        return new Space(1, List.of(lanes(0, pairwise(attention.rope()))));
    }

    /** A vector for each query head, with the head's number in every lane. */
    public Space headNumbers() {
        List<int[]> numbers = queries().vectors().stream()
                .map(head -> {
                    int[] all = new int[lanes];
                    Arrays.fill(all, head.length == 0 ? Space.NOTHING : head[0] / attention.headSize());
                    return all;
                })
                .toList();
        return new Space(shards, numbers);
    }

    /** The result of attention. */
    public Space outputs() {
        List<int[]> heads = space(true, IntUnaryOperator.identity()).vectors();
        List<int[]> vectors = new ArrayList<>();
        for (int first = 0; first < heads.size(); first += headsPerShard()) {
            for (int head = 0; head < headsPerShard(); head += headsPerVector()) {
                int end = Math.min(head + headsPerVector(), headsPerShard());
                vectors.add(sideBySide(heads.subList(first + head, first + end)));
            }
        }
        return new Space(shards, vectors);
    }

    private int[] sideBySide(List<int[]> heads) {
        int[] lanes = new int[heads.size() * slot()];
        Arrays.fill(lanes, Space.NOTHING);
        for (int i = 0; i < heads.size(); i++) {
            System.arraycopy(heads.get(i), 0, lanes, i * slot(), heads.get(i).length);
        }
        return lanes;
    }

    private Space space(boolean query, IntUnaryOperator element) {
        List<int[]> vectors = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            for (int i = 0; i < perShard; i++) {
                int kvHead = kvHead(shard, i);
                for (int j = 0; j < (query ? headsPerKvHead() : 1); j++) {
                    int head = query ? kvHead * attention.group() + shard % shares * headsPerKvHead() + j : kvHead;
                    vectors.add(kvHead == Space.NOTHING ? new int[0] : lanes(head, element));
                }
            }
        }
        return new Space(shards, vectors);
    }

    private int[] lanes(int head, IntUnaryOperator element) {
        int size = attention.headSize();
        return IntStream.range(0, size)
                .map(lane -> head * size + element.applyAsInt(lane))
                .toArray();
    }

    private int kvHead(int shard, int index) {
        int kvHead = shard / shares * perShard + index;
        return kvHead < attention.kvHeads() ? kvHead : Space.NOTHING;
    }

    private static int shares(Op.Attention attention, int shards) {
        int shares = 1;
        for (int f = 2; f <= attention.group(); f++) {
            if (attention.group() % f == 0 && attention.kvHeads() * f <= shards) {
                shares = f;
            }
        }
        return shares;
    }

    /** Which element of a head stands in a lane if the elements of each pair are neighbours. */
    private static IntUnaryOperator pairwise(Rope rope) {
        int pairs = rope.width() / 2;
        return lane -> switch (rope.pairing()) {
            case INTERLEAVED -> lane;
            case HALVES -> lane >= rope.width() ? lane : lane / 2 + lane % 2 * pairs;
        };
    }
}
