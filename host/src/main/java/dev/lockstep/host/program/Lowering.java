package dev.lockstep.host.program;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.RowKind;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Verifier;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.RowBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cuts a graph into tasks and phases. Operations are taken in order; a barrier is put before one that reads what another
 * core may have written in the present phase. With one token, norms and roundings are done by every core for itself, which
 * makes five phases per layer; with several, each core does some tokens, and a phase more is little beside the products.
 *
 * <p>After the last attention only tokens whose logits are wanted are computed.
 */
public final class Lowering {
    /** The phase of slots that the caller has written before the step. */
    private static final int BEFORE = -1;

    private final Graph graph;
    private final int capacity;
    private final KvType kvType;
    private final List<List<Task>> phases = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private final Map<Integer, Slot> slotOf = new HashMap<>();
    private List<Task> phase = new ArrayList<>();
    private boolean wanted;
    private int lastMerge = -1;

    private Lowering(Graph graph, int capacity, KvType kvType) {
        this.graph = graph;
        this.capacity = capacity;
        this.kvType = kvType;
    }

    /**
     * The program of a lowered graph for steps of up to {@code capacity} tokens.
     *
     * @throws dev.lockstep.graph.GraphException if the graph is not lowered
     */
    public static HostProgram lower(Graph graph, int capacity, KvType kvType) {
        Verifier.verifyLowered(graph);
        return new Lowering(graph, capacity, kvType).run();
    }

    private HostProgram run() {
        Slot embedding = null;
        int lastAttention = graph.nodes().stream()
                .filter(node -> node.op() instanceof Op.Attention)
                .mapToInt(node -> node.value().id())
                .max()
                .orElse(-1);
        for (Node node : graph.nodes()) {
            switch (node.op()) {
                case Op.Embedding lookup -> embedding = embed(node, lookup);
                case Op.Attention attention -> attend(node, attention);
                case Op.RmsNorm _, Op.LayerNorm _, Op.Quantize _, Op.Route _ -> compute(node, tokenwise(), true);
                // By tokens also if there is one, since queries are turned in place for all cores.
                case Op.Weave _ -> compute(node, Cut.TOKENS, true);
                case Op.Linear _, Op.HeadLinear _, Op.ExpertLinear _ -> compute(node, Cut.ROWS, true);
                case Op.Add _,
                        Op.Scale _,
                        Op.SoftCap _,
                        Op.Activate _,
                        Op.RowGate _,
                        Op.Gated _,
                        Op.Bias _,
                        Op.ExpertBias _,
                        Op.ExpertSum _ -> compute(node, Cut.ROWS, false);
            }
            if (node.value().id() == lastAttention && capacity > 1) {
                gatherWanted(lastAttention);
            }
        }
        Slot logits = slotOf.get(graph.logits().id());
        endPhase();
        logits.usedIn(phases.size());
        Optional<Slot> hidden = graph.hidden().map(value -> slotOf.get(value.id()));
        hidden.ifPresent(slot -> slot.usedIn(phases.size()));
        long sharedBytes =
                ArenaPlan.place(slots.stream().filter(slot -> !slot.isPrivate()).toList(), capacity);
        long privateBytes =
                ArenaPlan.place(slots.stream().filter(Slot::isPrivate).toList(), capacity);
        List<Rope> ropes = List.copyOf(new LinkedHashSet<>(
                graph.attentions().stream().map(Op.Attention::rope).toList()));
        long scratchBytes = capacity == 1 ? 0 : Kernels.SCRATCH_BYTES + passed() * Kernels.RESULT_BYTES;
        if (embedding == null) {
            throw new IllegalArgumentException("a graph without embedding");
        }
        return new HostProgram(
                capacity,
                kvType,
                phases,
                embedding,
                logits,
                hidden,
                ropes,
                sharedBytes,
                privateBytes + scratchBytes,
                privateBytes);
    }

    /** The most results that a run of tasks hands on without rows. */
    private int passed() {
        return phases.stream()
                .flatMap(tasks -> RowRun.cut(tasks).stream()
                        .filter(run -> !run.byTokens())
                        .map(run -> run.passed(tasks).size()))
                .max(Integer::compare)
                .orElse(0);
    }

    /** Cores expand rows, if they can; others are there before the step. */
    private Slot embed(Node node, Op.Embedding lookup) {
        if (lookup.positions().isPresent() || !Kernels.embeds(lookup.table())) {
            return define(node.value(), 1, Cut.ROWS, BEFORE);
        }
        Slot rows = define(node.value(), 1, tokenwise());
        add(new Task(lookup, Task.Part.WHOLE, rows, List.of(), rows.cut(), wanted));
        return rows;
    }

    private Cut tokenwise() {
        return capacity == 1 ? Cut.REPLICATED : Cut.TOKENS;
    }

    private void compute(Node node, Cut cut, boolean readsWholeRows) {
        List<Slot> inputs = inputs(node.op());
        for (int i = 0; i < inputs.size(); i++) {
            // Choices are read whole, also where the rows that go with them are read in parts.
            boolean whole = readsWholeRows || inputs.get(i).kind() == RowKind.CHOICE;
            if (!visible(inputs.get(i), node.value(), cut, whole)) {
                endPhase();
            }
        }
        int parts = node.op() instanceof Op.Weave weave && feedsHeads(node.value())
                ? weave.heads()
                : parts(node.op(), inputs);
        add(new Task(node.op(), Task.Part.WHOLE, define(node.value(), parts, cut), inputs, cut, wanted));
    }

    /** Whether a value, rounded or not, is read head by head. */
    private boolean feedsHeads(Value value) {
        return graph.nodes().stream()
                .filter(node -> node.op().inputs().contains(value))
                .anyMatch(node -> node.op() instanceof Op.HeadLinear
                        || node.op() instanceof Op.Quantize && feedsHeads(node.value()));
    }

    private void attend(Node node, Op.Attention attention) {
        List<Slot> inputs = inputs(attention);
        if (inputs.stream().anyMatch(this::ofThisPhase)) {
            endPhase();
        }
        if (capacity == 1) {
            attendBySpans(node, attention, inputs);
        } else {
            attendByTiles(node, attention, inputs);
        }
    }

    /**
     * One token: cores share the spans of positions of each KV head, and each of them merges all that it needs. What spans gave is kept in
     * one place for all layers, so that the next attention may not start in the phase of a merge.
     */
    private void attendBySpans(Node node, Op.Attention attention, List<Slot> inputs) {
        if (lastMerge == phases.size()) {
            endPhase();
        }
        Slot queries = shared(inputs.getFirst());
        add(new Task(attention, Task.Part.APPEND, queries, inputs, Cut.HEADS, wanted));
        add(new Task(attention, Task.Part.ATTEND, queries, List.of(queries), Cut.HEADS, wanted));
        endPhase();
        Slot output = define(node.value(), 1, Cut.REPLICATED);
        add(new Task(attention, Task.Part.MERGE, output, List.of(), Cut.REPLICATED, wanted));
        lastMerge = phases.size();
    }

    /** Where queries are turned: cores attend with queries that others turned, also where each normed all of them for itself. */
    private Slot shared(Slot queries) {
        if (!queries.isPrivate()) {
            return queries;
        }
        Slot turned = new Slot(
                queries + "'",
                queries.kind(),
                queries.parts(),
                queries.partWidth(),
                queries.partBytes(),
                Cut.HEADS,
                phases.size());
        slots.add(turned);
        return turned;
    }

    private void attendByTiles(Node node, Op.Attention attention, List<Slot> inputs) {
        Slot queries = inputs.getFirst();
        add(new Task(attention, Task.Part.APPEND, queries, inputs, Cut.HEADS, wanted));
        endPhase(); // tokens of this step attend to each other
        Slot output = define(node.value(), 1, Cut.HEADS);
        add(new Task(attention, Task.Part.ATTEND, output, List.of(queries), Cut.HEADS, wanted));
    }

    /** Moves the wanted rows of everything that is still needed next to each other. */
    private void gatherWanted(int after) {
        endPhase();
        for (int id = 0; id <= after; id++) {
            Value value = graph.nodes().get(id).value();
            boolean needed = graph.nodes().stream()
                    .skip(after + 1L)
                    .anyMatch(node -> node.op().inputs().contains(value));
            if (needed) {
                Slot from = slotOf.get(id);
                Slot to = define(value, from.parts(), Cut.TOKENS);
                add(new Task(graph.nodes().get(id).op(), Task.Part.GATHER, to, List.of(from), Cut.TOKENS, true));
            }
        }
        wanted = true;
    }

    private boolean visible(Slot slot, Value output, Cut cut, boolean whole) {
        if (!ofThisPhase(slot) || slot.isPrivate()) {
            return true;
        }
        if (cut == Cut.TOKENS) {
            return slot.cut() == Cut.TOKENS;
        }
        // Vectors of equal number are cut alike.
        return !whole && slot.cut() == cut && slot.partWidth() == output.width() / parts(output);
    }

    private int parts(Value output) {
        Node node = graph.nodes().get(output.id());
        return parts(node.op(), inputs(node.op()));
    }

    /** Whether a core of this program has written it since the last barrier. */
    private boolean ofThisPhase(Slot slot) {
        return slot.firstPhase() == phases.size();
    }

    private static int parts(Op op, List<Slot> inputs) {
        return switch (op) {
            case Op.ExpertLinear linear -> linear.choice().width();
            case Op.HeadLinear linear -> linear.heads();
            case Op.Gated _, Op.Activate _, Op.ExpertBias _, Op.Quantize _ ->
                inputs.getFirst().parts();
            case Op.Embedding _,
                    Op.RmsNorm _,
                    Op.LayerNorm _,
                    Op.Linear _,
                    Op.Weave _,
                    Op.Bias _,
                    Op.Add _,
                    Op.Scale _,
                    Op.SoftCap _,
                    Op.RowGate _,
                    Op.Attention _,
                    Op.Route _,
                    Op.ExpertSum _ -> 1;
        };
    }

    private List<Slot> inputs(Op op) {
        return op.inputs().stream().map(value -> slotOf.get(value.id())).toList();
    }

    private Slot define(Value value, int parts, Cut cut) {
        return define(value, parts, cut, phases.size());
    }

    private Slot define(Value value, int parts, Cut cut, int firstPhase) {
        int partWidth = value.width() / parts;
        Slot slot = new Slot(
                value.toString(),
                value.kind(),
                parts,
                partWidth,
                RowBytes.of(value.kind(), partWidth, capacity),
                cut,
                firstPhase);
        slots.add(slot);
        slotOf.put(value.id(), slot);
        return slot;
    }

    private void add(Task task) {
        phase.add(task);
        task.inputs().forEach(slot -> slot.usedIn(phases.size()));
        task.output().usedIn(phases.size());
    }

    private void endPhase() {
        phases.add(phase);
        phase = new ArrayList<>();
    }
}
