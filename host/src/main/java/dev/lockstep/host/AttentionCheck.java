package dev.lockstep.host;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.host.kernel.Kernels;

/** Refuses attention that would overflow the stacks of threads, or whose code would take minutes to make: a file can ask for anything. */
final class AttentionCheck {
    /** Of a thread's stack, which has 1 MB unless Java is told otherwise. The most that models are known to take are 612 KB: 128 heads of 576 elements. */
    private static final long MOST_STACK = 640 << 10;

    /** Query heads that share a KV head: each has code of its own. */
    private static final int MOST_GROUP = 256;

    private AttentionCheck() {}

    /** @throws HostUnavailableException if a layer's attention is too large for native code */
    static void supported(Graph graph) {
        for (Op.Attention attention : graph.attentions()) {
            if (attention.group() > MOST_GROUP || Kernels.attentionStack(attention) > MOST_STACK) {
                throw new HostUnavailableException(
                        "layer %d: %d query heads of %d elements share a KV head, more than native code takes"
                                .formatted(attention.layer(), attention.group(), attention.headSize()));
            }
        }
    }
}
