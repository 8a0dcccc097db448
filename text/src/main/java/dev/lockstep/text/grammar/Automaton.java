package dev.lockstep.text.grammar;

import dev.lockstep.text.grammar.State.Frame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks a {@link Network} byte by byte, and remembers states. Not for use by several threads at once. */
final class Automaton {
    /** When there are more, all are forgotten: those in use go on, and are built anew where they lead. */
    private static final int MOST_STATES = 1 << 15;

    /** Deeper nesting ends the text: nothing follows. */
    private static final int DEEPEST = 1000;

    private record Place(int node, @Nullable Frame frame) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place place && node == place.node && frame == place.frame;
        }

        @Override
        public int hashCode() {
            return 31 * node + System.identityHashCode(frame);
        }
    }

    private final Network network;
    private final Map<State, State> states = new HashMap<>();
    private final Map<Frame, Frame> frames = new HashMap<>();
    private final Map<Frame, Integer> frameOrder = new HashMap<>();
    private final Set<Place> visited = new HashSet<>();
    private final List<Place> reading = new ArrayList<>();
    private boolean complete;

    Automaton(Network network) {
        this.network = network;
    }

    State start() {
        begin();
        visit(network.start(), null);
        return finish();
    }

    /** The state after one more byte. */
    State next(State state, int value) {
        int byteClass = network.byteClass()[value];
        State known = state.next.length == 0 ? State.DEAD : state.next[byteClass];
        if (known == null) {
            known = compute(state, value);
            state.next[byteClass] = known;
        }
        return known;
    }

    private State compute(State state, int value) {
        begin();
        for (int i = 0; i < state.size(); i++) {
            int node = state.node(i);
            for (int edge = network.edgeStart()[node]; edge < network.edgeStart()[node + 1]; edge++) {
                if (network.edgeFirst()[edge] <= value && value <= network.edgeLast()[edge]) {
                    visit(network.edgeTarget()[edge], state.frame(i));
                }
            }
        }
        return finish();
    }

    private void begin() {
        visited.clear();
        reading.clear();
        complete = false;
    }

    /** Goes everywhere that can be reached without a byte. */
    private void visit(int node, @Nullable Frame frame) {
        var place = new Place(node, frame);
        if (!visited.add(place)) {
            return;
        }
        if (network.hasBytes(node)) {
            reading.add(place);
        }
        for (int target : network.jumps()[node]) {
            visit(target, frame);
        }
        int[] calls = network.calls()[node];
        for (int i = 0; i < calls.length; i += 2) {
            if (network.onlyEnds(calls[i + 1])) {
                visit(calls[i], frame);
            } else if (frame == null || frame.depth() < DEEPEST) {
                visit(calls[i], frame(calls[i + 1], frame));
            }
        }
        if (network.ruleEnd()[node]) {
            if (frame == null) {
                complete = true;
            } else {
                visit(frame.returnNode(), frame.parent());
            }
        }
    }

    private Frame frame(int returnNode, @Nullable Frame parent) {
        int node = network.alike()[returnNode];
        Frame standing = standing(parent);
        Frame alike = node == returnNode && standing == parent ? null : frame(node, standing);
        var frame = new Frame(returnNode, parent, alike, parent == null ? 1 : parent.depth() + 1);
        Frame known = frames.putIfAbsent(frame, frame);
        if (known != null) {
            return known;
        }
        frameOrder.put(frame, frameOrder.size());
        return frame;
    }

    private static @Nullable Frame standing(@Nullable Frame frame) {
        return frame == null || frame.alike() == null ? frame : frame.alike();
    }

    /** The state that stands for all from which the same tokens go on. */
    State standing(State state) {
        begin();
        complete = state.complete();
        for (int i = 0; i < state.size(); i++) {
            var place = new Place(network.alike()[state.node(i)], standing(state.frame(i)));
            if (visited.add(place)) {
                reading.add(place);
            }
        }
        return finish();
    }

    private State finish() {
        if (reading.isEmpty() && !complete) {
            return State.DEAD;
        }
        reading.sort(Comparator.comparingInt(Place::node).thenComparingInt(place -> order(place.frame())));
        int[] nodes = new int[reading.size()];
        @Nullable Frame[] places = new Frame[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = reading.get(i).node();
            places[i] = reading.get(i).frame();
        }
        var state = new State(nodes, places, complete, network.classes());
        State known = states.putIfAbsent(state, state);
        if (known != null) {
            return known;
        }
        if (states.size() > MOST_STATES) {
            states.clear();
            frames.clear();
            frameOrder.clear();
        }
        return state;
    }

    private int order(@Nullable Frame frame) {
        return frame == null ? -1 : frameOrder.computeIfAbsent(frame, _ -> frameOrder.size());
    }
}
