package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * KV blocks of texts that were computed, for texts to come that begin alike. A tree: a block is found by the tokens of its 64
 * positions and of all before them, compared one by one, so that it can never be another text's. Used by the scheduler's thread only.
 */
final class PrefixCache {
    private final Map<TokenBlock, Node> roots = new HashMap<>();

    /** Least recently used first; a node before its parent. */
    private final LinkedHashSet<Node> byAge = new LinkedHashSet<>();

    /** A block in the cache. While pinned it stays there. */
    static final class Node {
        private final Map<TokenBlock, Node> siblings;
        private final TokenBlock key;
        private final KvBlock block;
        private final Map<TokenBlock, Node> children = new HashMap<>();
        private int pins;

        private Node(Map<TokenBlock, Node> siblings, TokenBlock key, KvBlock block) {
            this.siblings = siblings;
            this.key = key;
            this.block = block;
        }

        KvBlock block() {
            return block;
        }
    }

    /** Where a block is or would be: its tokens, and the block before it. */
    record Place(Optional<Node> parent, TokenBlock tokens) {}

    /** The place behind the last node of a path. */
    static Place next(List<Node> path, int[] tokens) {
        return new Place(
                path.isEmpty() ? Optional.empty() : Optional.of(path.getLast()),
                new TokenBlock(tokens, path.size() * KvLayout.BLOCK));
    }

    boolean has(Place place) {
        return place.parent().map(node -> node.children).orElse(roots).containsKey(place.tokens());
    }

    /** Blocks in the cache. */
    int size() {
        return byAge.size();
    }

    /**
     * The cached blocks with which a text begins, pinned.
     *
     * @param most positions that they may cover
     */
    List<Node> pinPrefix(int[] tokens, int most) {
        List<Node> path = new ArrayList<>();
        Map<TokenBlock, Node> candidates = roots;
        for (int start = 0; start + KvLayout.BLOCK <= most; start += KvLayout.BLOCK) {
            Node node = candidates.get(new TokenBlock(tokens, start));
            if (node == null) {
                break;
            }
            node.pins++;
            path.add(node);
            candidates = node.children;
        }
        touch(path);
        return path;
    }

    /**
     * Takes the full blocks of a text that are not here yet and pins them.
     *
     * @param path the pinned nodes of the text's first blocks; grows
     * @param length positions of the sequence that hold {@code tokens}
     * @return blocks that were new
     */
    int extend(List<Node> path, int[] tokens, Sequence sequence, int length) {
        int added = 0;
        while ((path.size() + 1) * KvLayout.BLOCK <= length) {
            Map<TokenBlock, Node> siblings = path.isEmpty() ? roots : path.getLast().children;
            int index = path.size();
            var key = new TokenBlock(tokens, index * KvLayout.BLOCK);
            Node node = siblings.get(key);
            if (node == null) {
                node = new Node(siblings, key, sequence.hold(index));
                siblings.put(key, node);
                byAge.add(node);
                added++;
            }
            node.pins++;
            path.add(node);
        }
        if (added > 0) {
            touch(path);
        }
        return added;
    }

    /** Pins nodes once more, for another text that begins with them. */
    void pin(List<Node> path) {
        for (Node node : path) {
            node.pins++;
        }
    }

    /** Unpins the nodes of a text. */
    void unpin(List<Node> path) {
        for (Node node : path) {
            node.pins--;
        }
        touch(path);
    }

    /** Drops up to {@code count} blocks, those that were not used for the longest time, and says how many. */
    int evict(int count) {
        int dropped = 0;
        while (dropped < count) {
            Optional<Node> victim = byAge.stream()
                    .filter(node -> node.pins == 0 && node.children.isEmpty())
                    .findFirst();
            if (victim.isEmpty()) {
                return dropped;
            }
            drop(victim.get());
            dropped++;
        }
        return dropped;
    }

    private void drop(Node node) {
        byAge.remove(node);
        node.siblings.remove(node.key);
        node.block.close();
    }

    private void touch(List<Node> path) {
        for (int i = path.size() - 1; i >= 0; i--) {
            byAge.remove(path.get(i));
            byAge.add(path.get(i));
        }
    }
}
