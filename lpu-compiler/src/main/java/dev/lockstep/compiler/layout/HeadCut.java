package dev.lockstep.compiler.layout;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which heads belong to which shard. With fewer key-value heads than shards, several shards keep the same key-value head and share
 * its query heads. Every head has a vector of its own.
 */
public final class HeadCut {
    private final Op.Attention attention;
    private final int shards;
    private final int shares;
    private final int perShard;

    public HeadCut(Op.Attention attention, int shards) {
        this.attention = attention;
        this.shards = shards;
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

    /** The result of attention. */
    public Space outputs() {
        return space(true, IntUnaryOperator.identity());
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
