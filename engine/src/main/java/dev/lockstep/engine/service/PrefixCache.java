package dev.lockstep.engine.service;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * KV blocks of texts that were computed, for texts to come that begin alike. A tree: a block is found by the tokens of its 64
 * positions and of all before them, compared one by one, so that it can never be another text's. Texts that have ended leave what they
 * had of their last, unfilled block, too. Blocks that have to leave memory may go to a file. Used by the scheduler's thread only.
 */
final class PrefixCache {
    /** Most ends of texts that are kept behind the same block. */
    private static final int MOST_ENDS = 8;

    private final Machine machine;
    private final Optional<SpillFile> spill;
    private final Branch root = new Branch();

    /** What is in memory, least recently used first; what stands behind a block before that. */
    private final LinkedHashSet<Entry> inMemory = new LinkedHashSet<>();

    /** Blocks in the file, in the same order. */
    private final LinkedHashSet<Node> inFile = new LinkedHashSet<>();

    PrefixCache(Machine machine, Optional<SpillFile> spill) {
        this.machine = machine;
        this.spill = spill;
    }

    /** What stands behind a block, or at the beginning of texts. */
    private static final class Branch {
        private final Map<TokenBlock, Node> blocks = new HashMap<>();
        private final List<End> ends = new ArrayList<>();

        /** Blocks that are in memory. */
        private int present;
    }

    private abstract static sealed class Entry {
        final Branch home;

        Entry(Branch home) {
            this.home = home;
        }
    }

    /** A block in the cache. While pinned it stays in memory. */
    static final class Node extends Entry {
        private final TokenBlock key;
        private final Branch behind = new Branch();
        private Optional<KvBlock> block;
        private OptionalInt slot = OptionalInt.empty();
        private int pins;

        private Node(Branch home, TokenBlock key, KvBlock block) {
            super(home);
            this.key = key;
            this.block = Optional.of(block);
        }

        /** Of a pinned node. */
        KvBlock block() {
            return block.orElseThrow();
        }

        TokenBlock tokens() {
            return key;
        }
    }

    /** A text that ended within a block. It holds the blocks before, which therefore stay in memory. */
    private static final class End extends Entry {
        private final int[] tokens;
        private final Sequence sequence;

        End(Branch home, int[] tokens, Sequence sequence) {
            super(home);
            this.tokens = tokens;
            this.sequence = sequence;
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
        return place.parent().map(node -> node.behind).orElse(root).blocks.containsKey(place.tokens());
    }

    /** Blocks in memory; a text's last, unfilled one counts as one. */
    int size() {
        return inMemory.size();
    }

    /** Blocks in the file. */
    int spilled() {
        return inFile.size();
    }

    /**
     * The cached blocks with which a text begins, pinned.
     *
     * @param most positions that they may cover
     * @param room makes room in memory for a block from the file, or says that there is none
     */
    List<Node> pinPrefix(int[] tokens, int most, BooleanSupplier room) {
        List<Node> path = new ArrayList<>();
        Branch branch = root;
        for (int start = 0; start + KvLayout.BLOCK <= most; start += KvLayout.BLOCK) {
            Node node = branch.blocks.get(new TokenBlock(tokens, start));
            if (node == null || node.block.isEmpty() && !(room.getAsBoolean() && fetch(node))) {
                break;
            }
            node.pins++;
            path.add(node);
            branch = node.behind;
        }
        touch(path);
        return path;
    }

    /**
     * A text that begins with a pinned path, and with as much of what was computed behind it as is the same.
     *
     * @param most positions that it may have
     */
    Sequence open(List<Node> path, int[] tokens, int most) {
        int start = path.size() * KvLayout.BLOCK;
        Branch branch = branch(path);
        Entry best = null;
        int equal = 0;
        for (End end : branch.ends) {
            int common = common(end.tokens, tokens, start, most);
            if (common > equal) {
                best = end;
                equal = common;
            }
        }
        for (Node node : branch.blocks.values()) {
            int common = node.block.isPresent() ? common(node.key.tokens(), tokens, start, most) : 0;
            if (common > equal) {
                best = node;
                equal = common;
            }
        }
        List<KvBlock> blocks = new ArrayList<>(path.size() + 1);
        path.forEach(node -> blocks.add(node.block()));
        Sequence sequence = switch (best) {
            case null -> machine.open(blocks);
            case End end -> end.sequence.fork();
            case Node node -> {
                blocks.add(node.block());
                yield machine.open(blocks);
            }
        };
        if (best != null) {
            sequence.truncate(start + equal);
            inMemory.remove(best);
            inMemory.add(best);
            touch(path);
        }
        return sequence;
    }

    private static int common(int[] known, int[] tokens, int start, int most) {
        int length = Math.min(known.length, most - start);
        int mismatch = Arrays.mismatch(known, 0, length, tokens, start, start + length);
        return mismatch < 0 ? length : mismatch;
    }

    /**
     * Takes over a text that has ended.
     *
     * @param path nodes of all its full blocks, which are those that the sequence has; pinned
     */
    void keep(List<Node> path, int[] tokens, Sequence sequence) {
        Branch home = branch(path);
        int[] rest = Arrays.copyOfRange(tokens, path.size() * KvLayout.BLOCK, sequence.length());
        for (End end : List.copyOf(home.ends)) {
            int mismatch = Arrays.mismatch(end.tokens, rest);
            if (mismatch < 0 || mismatch == end.tokens.length) { // the new one has all that this one has
                drop(end);
            }
        }
        if (home.ends.size() == MOST_ENDS) {
            drop(home.ends.getFirst());
        }
        var end = new End(home, rest, sequence);
        home.ends.add(end);
        inMemory.add(end);
    }

    private Branch branch(List<Node> path) {
        return path.isEmpty() ? root : path.getLast().behind;
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
            int index = path.size();
            Branch home = branch(path);
            var key = new TokenBlock(tokens, index * KvLayout.BLOCK);
            Node node = home.blocks.get(key);
            if (node == null || node.block.isEmpty()) {
                node = put(home, key, sequence.hold(index));
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

    /** Puts the next block of a text behind a pinned path, which grows; false if it was here already. */
    boolean extend(List<Node> path, TokenBlock key, KvBlock block) {
        Branch home = branch(path);
        Node node = home.blocks.get(key);
        boolean missing = node == null || node.block.isEmpty();
        if (missing) {
            node = put(home, key, block);
        } else {
            block.close();
        }
        node.pins++;
        path.add(node);
        return missing;
    }

    private Node put(Branch home, TokenBlock key, KvBlock block) {
        Node node = home.blocks.get(key);
        if (node == null) {
            node = new Node(home, key, block);
            home.blocks.put(key, node);
        } else {
            leaveFile(node);
            node.block = Optional.of(block);
        }
        home.present++;
        inMemory.add(node);
        return node;
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

    /** Lets up to {@code count} blocks leave memory, those that were not used for the longest time, and says how many. */
    int evict(int count) {
        int evicted = 0;
        while (evicted < count) {
            Optional<Entry> victim =
                    inMemory.stream().filter(PrefixCache::mayLeave).findFirst();
            if (victim.isEmpty()) {
                return evicted;
            }
            switch (victim.get()) {
                case Node node -> leaveMemory(node);
                case End end -> drop(end);
            }
            evicted++;
        }
        return evicted;
    }

    private static boolean mayLeave(Entry entry) {
        return switch (entry) {
            case Node node -> node.pins == 0 && node.behind.present == 0 && node.behind.ends.isEmpty();
            case End _ -> true;
        };
    }

    /** Forgets everything that is not pinned. */
    void clear() {
        evict(Integer.MAX_VALUE);
        for (Node node : List.copyOf(inFile)) {
            leaveFile(node);
            node.home.blocks.remove(node.key);
        }
    }

    private void drop(End end) {
        inMemory.remove(end);
        end.home.ends.remove(end);
        end.sequence.close();
    }

    private void leaveMemory(Node node) {
        KvBlock block = node.block();
        node.slot = spill.isPresent() ? store(spill.get(), block) : OptionalInt.empty();
        block.close();
        node.block = Optional.empty();
        inMemory.remove(node);
        node.home.present--;
        if (node.slot.isPresent()) {
            inFile.add(node);
        } else {
            forget(node);
        }
    }

    /** Writes a block to the file, at the cost of the one there that was not used for the longest time if need be. */
    private OptionalInt store(SpillFile file, KvBlock block) {
        if (file.full()) {
            inFile.stream()
                    .filter(old -> old.behind.blocks.isEmpty())
                    .findFirst()
                    .ifPresent(this::forget);
        }
        return file.write(block);
    }

    /** A block of the file comes back to memory; false if it cannot be read, and is forgotten with all behind it. */
    private boolean fetch(Node node) {
        Optional<KvBlock> read = spill.orElseThrow().read(node.slot.orElseThrow(), machine);
        if (read.isEmpty()) {
            forget(node);
            return false;
        }
        leaveFile(node);
        node.block = read;
        node.home.present++;
        inMemory.add(node);
        return true;
    }

    /** Forgets a block that is not in memory, and all behind it, which are not either. */
    private void forget(Node node) {
        List.copyOf(node.behind.blocks.values()).forEach(this::forget);
        leaveFile(node);
        node.home.blocks.remove(node.key);
    }

    private void leaveFile(Node node) {
        node.slot.ifPresent(slot -> spill.orElseThrow().free(slot));
        node.slot = OptionalInt.empty();
        inFile.remove(node);
    }

    private void touch(List<Node> path) {
        for (int i = path.size() - 1; i >= 0; i--) {
            inMemory.remove(path.get(i));
            inMemory.add(path.get(i));
        }
    }
}
