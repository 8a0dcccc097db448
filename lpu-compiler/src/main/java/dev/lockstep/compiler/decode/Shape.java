package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.LayerShard;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * What one chip of a stage computes of a layer, in blocks of lanes.
 *
 * @param blocks of the residual stream
 * @param keyHeads heads of keys on this chip
 * @param group heads of queries on this chip that look at each head of keys
 * @param headSize elements of a head
 * @param hiddenGroups groups of hidden elements on this chip, of one expert if there are experts
 * @param sharedGroups groups of hidden elements on this chip of the network that all tokens use beside experts; 0 for none
 * @param sharedGate whether what that network gives is multiplied with the sigmoid of one output of its own
 * @param experts on this chip; 1 if there are none
 * @param choice among all experts
 * @param used experts that a token uses
 * @param positions that attention sees, the current one included
 * @param capacity positions for which the cache has room
 * @param latent what attention has beside, where keys and values of all heads are one compressed vector; its parts count as a head of keys here
 */
record Shape(
        int width,
        int blocks,
        int keyHeads,
        int group,
        int headSize,
        int hiddenGroups,
        int sharedGroups,
        boolean sharedGate,
        int experts,
        RoutingShape choice,
        int used,
        int positions,
        int capacity,
        int lanes,
        @Nullable LatentShape latent) {
    private static final int GROUP = 16;
    /** Queries, key and value fill two accumulators of each plane at most. */
    private static final int MOST_QUERIES = 6;
    /** Gate and up of so many fill two accumulators of each plane. */
    private static final int MOST_SHARED_BLOCKS = 4;
    /** Cycles from one part of latent values to the next at most. */
    private static final int BETWEEN_VECTORS = 150;

    /**
     * @param context positions for which caches have room
     * @param positions that the step sees
     * @throws IllegalArgumentException saying why such a layer cannot be scheduled
     */
    static Shape of(Machine machine, ModelSizes model, LayerSizes layer, int tensor, int context, int positions) {
        return of(machine, model, layer, tensor, context, positions, Piece.whole(0));
    }

    /** @param piece which experts there are */
    static Shape of(
            Machine machine, ModelSizes model, LayerSizes layer, int tensor, int context, int positions, Piece piece) {
        FeedForwardSizes feedForward = layer.feedForward();
        if (feedForward.experts() >= machine.lanes()) {
            throw new IllegalArgumentException(
                    feedForward.experts() + " experts are bounded and estimated, but not scheduled yet");
        }
        if (feedForward.shared() > MOST_SHARED_BLOCKS * machine.lanes() * tensor) {
            throw new IllegalArgumentException(
                    "a network of " + feedForward.shared() + " hidden elements beside experts on " + tensor
                            + " chips is bounded and estimated, but not scheduled yet");
        }
        int seen = Math.min(positions, layer.attention().window());
        int room = Math.min(context, layer.attention().window());
        return switch (layer.attention()) {
            case AttentionSizes.Grouped attention -> {
                int keyHeads = Math.ceilDiv(attention.kvHeads(), tensor);
                int queries = attention.queriesPerKeyHead(tensor);
                if (queries > MOST_QUERIES || 2 * attention.headSize() > machine.lanes()) {
                    throw new IllegalArgumentException(
                            queries + " heads of " + attention.headSize()
                                    + " on a chip that look at one head of keys are bounded and estimated, but not scheduled yet");
                }
                yield of(
                        machine,
                        model,
                        feedForward,
                        piece,
                        tensor,
                        seen,
                        room,
                        keyHeads,
                        queries,
                        attention.headSize(),
                        null);
            }
            case AttentionSizes.Latent attention -> {
                LatentShape latent = LatentShape.of(machine, attention, tensor);
                yield of(
                        machine,
                        model,
                        feedForward,
                        piece,
                        tensor,
                        seen,
                        room,
                        1,
                        latent.heads(),
                        latent.part(),
                        latent);
            }
        };
    }

    private static Shape of(
            Machine machine,
            ModelSizes model,
            FeedForwardSizes feedForward,
            Piece piece,
            int tensor,
            int positions,
            int capacity,
            int keyHeads,
            int queries,
            int headSize,
            @Nullable LatentShape latent) {
        int experts = feedForward.experts();
        int own = piece.experts(experts);
        int shared = piece.completes() ? feedForward.shared() : 0;
        return new Shape(
                model.width(),
                Math.ceilDiv(model.width(), machine.whole(Quantity.PLANE_ROWS)),
                keyHeads,
                queries,
                headSize,
                Math.ceilDiv(Math.ceilDiv(feedForward.hidden(), tensor), GROUP),
                Math.ceilDiv(Math.ceilDiv(shared, tensor), GROUP),
                shared > 0 && feedForward.sharedGate(),
                own,
                new RoutingShape(experts, piece.firstExpert(experts), own, feedForward.routing()),
                feedForward.used(),
                positions,
                capacity,
                machine.lanes(),
                latent);
    }

    boolean routed() {
        return choice.all() > 1;
    }

    /** Groups of outputs of a head. */
    int headGroups() {
        return Math.ceilDiv(headSize, GROUP);
    }

    /** Groups of outputs of a whole block. */
    int blockGroups() {
        return lanes / GROUP;
    }

    /** Blocks of hidden elements, equally long. */
    int hiddenBlocks() {
        return Math.ceilDiv(hiddenGroups, blockGroups());
    }

    int hiddenBlockGroups() {
        return Math.ceilDiv(hiddenGroups, hiddenBlocks());
    }

    /** Blocks of hidden elements of the network that all tokens use, and the groups of each. */
    int sharedBlocks() {
        return Math.ceilDiv(sharedGroups, blockGroups());
    }

    int sharedBlockGroups() {
        return Math.ceilDiv(sharedGroups, sharedBlocks());
    }

    /** Lanes of a block of hidden elements. */
    int hiddenLanes() {
        return GROUP * hiddenBlockGroups();
    }

    /** Experts whose hidden elements on this chip fit into the lanes side by side. */
    int packed() {
        return routed() && hiddenBlocks() == 1 ? Math.min(experts, blockGroups() / hiddenBlockGroups()) : 1;
    }

    /** Blocks of positions. */
    int positionBlocks() {
        return Math.ceilDiv(positions, lanes);
    }

    /** Vectors of a key, and of a value: each has its own arrays. */
    int vectors() {
        return latent == null ? 1 : latent.vectors();
    }

    /** Cycles for which values are added up. */
    long valueCycles(int count) {
        int passes = Math.ceilDiv(positionBlocks(), 2);
        return latent == null
                ? passes * (2L * headGroups() + 2L * count + 1)
                : vectors() * (passes * (headGroups() + 2L * count + 1) + BETWEEN_VECTORS);
    }

    /** Blocks of positions whose keys lie in sets of lanes of the same words. */
    int keySets() {
        return latent != null ? 1 : LayerShard.keySets(headSize, keyHeads * group);
    }

    /** Arrays of keys of a head in each hemisphere. */
    int keyLoads() {
        return Math.ceilDiv(Math.ceilDiv(positionBlocks(), 2), keySets());
    }

    /** Blocks of positions of each hemisphere for which there is room, whichever position the step has: the next step finds everything where this one has put it. */
    int roomPerSide() {
        return Math.ceilDiv(Math.ceilDiv(capacity, lanes), 2);
    }

    /** Arrays of keys of a head in each hemisphere for which there is room. */
    int keyRoom() {
        return Math.ceilDiv(roomPerSide(), keySets());
    }
}
