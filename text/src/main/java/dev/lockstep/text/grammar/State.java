package dev.lockstep.text.grammar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All places where one can be after what has been read. Equal places are one object as long as the {@link Automaton} remembers it.
 */
final class State {
    /** No text goes on from here, nor ends. */
    static final State DEAD = new State(new int[0], new Frame[0], false, 0);

    /**
     * The calls to return from, and the frame that stands for all that are {@linkplain Network#alike alike}; none if it is this one.
     * Equal frames are one object as long as they are remembered. */
    record Frame(
            int returnNode,
            @Nullable Frame parent,
            @Nullable Frame alike,
            int depth) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Frame frame && returnNode == frame.returnNode && parent == frame.parent;
        }

        @Override
        public int hashCode() {
            return 31 * returnNode + System.identityHashCode(parent);
        }
    }

    private final int[] nodes;
    private final @Nullable Frame[] frames;
    private final boolean complete;
    private final int hash;

    /** By class of bytes; null where it was not asked for yet. */
    final @Nullable State[] next;

    /** By token, 64 to a word; null as long as it was not asked for. */
    long @Nullable [] mask;

    State(int[] nodes, @Nullable Frame[] frames, boolean complete, int classes) {
        this.nodes = nodes;
        this.frames = frames;
        this.complete = complete;
        this.next = new State[classes];
        int hash = Arrays.hashCode(nodes);
        for (Frame frame : frames) {
            hash = 31 * hash + System.identityHashCode(frame);
        }
        this.hash = hash;
    }

    int size() {
        return nodes.length;
    }

    int node(int index) {
        return nodes[index];
    }

    @Nullable
    Frame frame(int index) {
        return frames[index];
    }

    /** Whether what has been read is a whole text of the grammar. */
    boolean complete() {
        return complete;
    }

    boolean dead() {
        return nodes.length == 0 && !complete;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof State state)
                || hash != state.hash
                || complete != state.complete
                || !Arrays.equals(nodes, state.nodes)) {
            return false;
        }
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] != state.frames[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
