package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.LayerShard;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * What one chip of a stage computes of a layer, in blocks of lanes.
 *
 * @param blocks of the residual stream
 * @param keyHeads heads of keys on this chip
 * @param group heads of queries on this chip that look at each head of keys
 * @param headSize elements of a head
 * @param hiddenGroups groups of hidden elements on this chip, of one expert if there are experts
 * @param sharedGroups groups of hidden elements on this chip of the network that all tokens use beside experts; 0 for none
 * @param experts 1 if there are none
 * @param used experts that a token uses
 * @param positions that attention sees, the current one included
 */
record Shape(
        int width,
        int blocks,
        int keyHeads,
        int group,
        int headSize,
        int hiddenGroups,
        int sharedGroups,
        int experts,
        int used,
        int positions,
        int lanes) {
    private static final int GROUP = 16;
    /** Queries, key and value fill two accumulators of each plane at most. */
    private static final int MOST_QUERIES = 6;
    /** Gate and up of so many fill two accumulators of each plane. */
    private static final int MOST_SHARED_BLOCKS = 4;

    /** @throws IllegalArgumentException saying why such a layer cannot be scheduled */
    static Shape of(Machine machine, ModelSizes model, LayerSizes layer, int tensor, int context) {
        if (!(layer.attention() instanceof AttentionSizes.Grouped attention)) {
            throw new IllegalArgumentException("latent attention is bounded and estimated, but not scheduled yet");
        }
        FeedForwardSizes feedForward = layer.feedForward();
        if (2 * feedForward.experts() > machine.lanes()) {
            throw new IllegalArgumentException(
                    "more than 160 experts are bounded and estimated, but not scheduled yet");
        }
        if (feedForward.shared() > MOST_SHARED_BLOCKS * machine.lanes() * tensor) {
            throw new IllegalArgumentException(
                    "a network of " + feedForward.shared() + " hidden elements beside experts on " + tensor
                            + " chips is bounded and estimated, but not scheduled yet");
        }
        int keyHeads = Math.ceilDiv(attention.kvHeads(), tensor);
        int queries = Math.ceilDiv(attention.heads(), Math.max(tensor, attention.kvHeads()));
        if (queries > MOST_QUERIES || 2 * attention.headSize() > machine.lanes()) {
            throw new IllegalArgumentException(queries + " heads of " + attention.headSize()
                    + " on a chip that look at one head of keys are bounded and estimated, but not scheduled yet");
        }
        int hidden = Math.ceilDiv(layer.feedForward().hidden(), tensor);
        return new Shape(
                model.width(),
                Math.ceilDiv(model.width(), machine.whole(Quantity.PLANE_ROWS)),
                keyHeads,
                queries,
                attention.headSize(),
                Math.ceilDiv(hidden, GROUP),
                Math.ceilDiv(Math.ceilDiv(feedForward.shared(), tensor), GROUP),
                feedForward.experts(),
                feedForward.used(),
                Math.min(context, attention.window()),
                machine.lanes());
    }

    boolean routed() {
        return experts > 1;
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

    /** Blocks of positions whose keys lie in sets of lanes of the same words. */
    int keySets() {
        return LayerShard.keySets(headSize, keyHeads * group);
    }

    /** Arrays of keys of a head in each hemisphere. */
    int keyLoads() {
        return Math.ceilDiv(Math.ceilDiv(positionBlocks(), 2), keySets());
    }
}
