package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The KV cache of one running text: a sequence, whose first blocks may belong to the prefix cache, and the memory that it has taken
 * for the others.
 */
final class KvText {
    private final KvMemory memory;
    private final Sequence sequence;

    /** Nodes of the cache with the same tokens. */
    private final List<PrefixCache.Node> path;

    /** How many of the sequence's blocks are the cache's; those of other nodes on the path were computed twice. */
    private int shared;

    private int owned;

    private KvText(KvMemory memory, Sequence sequence, List<PrefixCache.Node> path, int shared, int owned) {
        this.memory = memory;
        this.sequence = sequence;
        this.path = path;
        this.shared = shared;
        this.owned = owned;
    }

    /**
     * Begins a text with what the cache has of it, except for its last token: the logits after that are wanted. Empty if there is no
     * memory now.
     */
    static Optional<KvText> open(KvMemory memory, int[] tokens, int size) {
        List<PrefixCache.Node> path = memory.pinPrefix(tokens, size - 1);
        int owned = KvLayout.blocks(size) - path.size();
        if (!memory.take(owned)) {
            memory.cache().unpin(path);
            return Optional.empty();
        }
        Sequence sequence = memory.cache().open(path, tokens, size - 1);
        return Optional.of(new KvText(memory, sequence, path, path.size(), owned));
    }

    /** Another text with the same tokens. Empty if there is no memory now. */
    Optional<KvText> fork() {
        int blocks = KvLayout.blocks(sequence.length() + 1) - shared;
        memory.cache().pin(path);
        if (!memory.take(blocks)) {
            memory.cache().unpin(path);
            return Optional.empty();
        }
        return Optional.of(new KvText(memory, sequence.fork(), new ArrayList<>(path), shared, blocks));
    }

    /** Where the cache would have the block behind those that it has; empty if it would be longer than {@code length} tokens. */
    Optional<PrefixCache.Place> nextBlock(int[] tokens, int length) {
        return (path.size() + 1) * KvLayout.BLOCK <= length
                ? Optional.of(PrefixCache.next(path, tokens))
                : Optional.empty();
    }

    Sequence sequence() {
        return sequence;
    }

    int length() {
        return sequence.length();
    }

    /** Forgets all tokens from {@code length} on. */
    void truncate(int length) {
        if (length < sequence.length()) {
            sequence.truncate(length);
        }
    }

    /** Makes sure of memory for {@code length} tokens; false if there is none now. */
    boolean reserve(int length) {
        int missing = KvLayout.blocks(length) - shared - owned;
        if (missing > 0) {
            if (!memory.take(missing)) {
                return false;
            }
            owned += missing;
        }
        return true;
    }

    /** Lets the cache have the full blocks among the first {@code length} tokens. */
    void share(int[] tokens, int length) {
        if ((path.size() + 1) * KvLayout.BLOCK <= length) {
            int added = memory.cache().extend(path, tokens, sequence, length);
            memory.giveBack(added);
            owned -= added;
            shared += added;
        }
    }

    void close() {
        sequence.close();
        release();
    }

    /** Ends the text, and lets the cache have what is in its last block. */
    void end(int[] tokens, int length) {
        truncate(length);
        boolean unfilled = sequence.length() % KvLayout.BLOCK != 0;
        if (unfilled && shared == path.size() && sequence.length() / KvLayout.BLOCK == path.size()) {
            memory.cache().keep(path, tokens, sequence);
            release();
        } else {
            close();
        }
    }

    private void release() {
        memory.cache().unpin(path);
        memory.giveBack(owned);
    }
}
