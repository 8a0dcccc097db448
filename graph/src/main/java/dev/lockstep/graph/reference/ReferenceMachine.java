package dev.lockstep.graph.reference;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Verifier;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.IntStream;

/**
 * Interprets a lowered graph in plain Java. It defines the numerics: every other machine has to produce its bits. Slow, but
 * no slower than a plain loop over the weights.
 */
public final class ReferenceMachine implements Machine {
    private final Graph graph;
    private final Weights weights;
    private final KvType kvType;
    private final int contextLength;
    private final int maxStepTokens;
    private final int[] lastUse;

    /** Weak, since nobody has to close a sequence. */
    private final Set<ReferenceSequence> sequences = Collections.newSetFromMap(new WeakHashMap<>());

    /**
     * @param graph lowered
     * @param tensors at least those that the graph reads; must stay valid until {@link #close}
     * @param contextLength most positions of a sequence
     * @throws dev.lockstep.graph.GraphException if the graph is not lowered or the tensors do not fit it
     */
    public ReferenceMachine(
            Graph graph, Map<String, Tensor> tensors, KvType kvType, int contextLength, int maxStepTokens) {
        if (contextLength < 1 || maxStepTokens < 1) {
            throw new IllegalArgumentException(
                    "a context of " + contextLength + " and steps of " + maxStepTokens + " tokens");
        }
        Verifier.verifyLowered(graph);
        this.graph = graph;
        this.weights = new Weights(graph, tensors);
        this.kvType = kvType;
        this.contextLength = contextLength;
        this.maxStepTokens = maxStepTokens;
        this.lastUse = lastUses(graph);
    }

    @Override
    public int vocabularySize() {
        return graph.vocabularySize();
    }

    @Override
    public int hiddenWidth() {
        return graph.hidden().map(Value::width).orElse(0);
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int maxStepTokens() {
        return maxStepTokens;
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Sequence open(List<? extends KvBlock> prefix) {
        if (prefix.size() > contextLength / KvLayout.BLOCK) {
            throw new IllegalArgumentException(
                    prefix.size() + " blocks exceed the context of " + contextLength + " tokens");
        }
        ReferenceSequence sequence = new ReferenceSequence(sequences::add);
        for (KvBlock block : prefix) {
            if (!(block instanceof ReferenceBlock known && known.fits(graph))) {
                throw new IllegalArgumentException("a block of another machine");
            }
            sequence.append(known);
        }
        sequences.add(sequence);
        return sequence;
    }

    @Override
    public long kvBlockBytes() {
        return ReferenceBlock.bytes(graph);
    }

    @Override
    public KvBlock restore(MemorySegment content) {
        return ReferenceBlock.read(graph, content);
    }

    @Override
    public void run(Step step) {
        StepTokens tokens = place(step);
        Map<Value, Rows> values = new HashMap<>();
        List<Node> nodes = graph.nodes();
        for (Node node : nodes.subList(0, nodes.size() - 1)) {
            values.put(node.value(), evaluate(node.op(), values, tokens));
            if (step.hiddenWidth() > 0 && graph.hidden().equals(Optional.of(node.value()))) {
                writeHidden(step, floats(node.value(), values));
            }
            values.keySet()
                    .removeIf(value -> lastUse[value.id()] <= node.value().id());
        }
        writeLogits(step, nodes.getLast().op(), values, tokens);
        for (ReferenceSequence sequence : tokens.sequences()) {
            sequence.extend(1);
        }
    }

    @Override
    public void close() {}

    /** Checks a step, so that a refused one changes nothing, and gives every token its position. */
    private StepTokens place(Step step) {
        int count = step.size();
        if (count > maxStepTokens) {
            throw new IllegalArgumentException(
                    "a step of " + count + " tokens on a machine for at most " + maxStepTokens);
        }
        StepTokens tokens = new StepTokens(new int[count], new ReferenceSequence[count], new int[count]);
        Map<Sequence, Integer> lengths = new HashMap<>();
        for (int t = 0; t < count; t++) {
            if (!(step.sequence(t) instanceof ReferenceSequence sequence
                    && sequences.contains(sequence)
                    && !sequence.closed())) {
                throw new IllegalArgumentException(
                        "token " + t + " of the step is for a sequence that is closed or of" + " another machine");
            }
            int token = step.token(t);
            if (token < 0 || token >= vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id " + token + " is outside the vocabulary of " + vocabularySize());
            }
            int length = lengths.merge(sequence, sequence.length() + 1, (before, _) -> before + 1);
            if (length > contextLength) {
                throw new IllegalArgumentException(
                        "a sequence of " + length + " tokens exceeds the context of " + contextLength);
            }
            tokens.tokens()[t] = token;
            tokens.sequences()[t] = sequence;
            tokens.positions()[t] = length - 1;
        }
        return tokens;
    }

    private Rows evaluate(Op op, Map<Value, Rows> values, StepTokens tokens) {
        return switch (op) {
            case Op.Embedding embedding -> embed(embedding, tokens);
            case Op.RmsNorm norm ->
                NormReference.rmsNorm(floats(norm.x(), values), weights.vector(norm.gain()), norm.epsilon());
            case Op.LayerNorm norm ->
                NormReference.layerNorm(floats(norm.x(), values), weights.vector(norm.gain()), norm.epsilon());
            case Op.Quantize quantize -> QuantizeReference.quantize(floats(quantize.x(), values), quantize.kind());
            case Op.Linear linear -> {
                int[] all = IntStream.range(0, tokens.count()).toArray();
                Rows.Floats y = Rows.Floats.of(tokens.count(), linear.width());
                LinearReference.multiply(weights.tensor(linear.matrix()), values.get(linear.x()), all, y.data(), all);
                yield y;
            }
            case Op.HeadLinear linear ->
                ExpertReference.linear(
                        weights.tensor(linear.matrices()),
                        values.get(linear.x()),
                        Rows.Choices.ofAll(linear.heads(), tokens.count()),
                        true);
            case Op.Weave weave ->
                ElementwiseReference.weave(
                        weave,
                        weave.inputs().stream()
                                .map(input -> floats(input, values))
                                .toList());
            case Op.Bias bias -> ElementwiseReference.bias(floats(bias.x(), values), weights.vector(bias.vector()));
            case Op.Add add -> ElementwiseReference.add(floats(add.a(), values), floats(add.b(), values));
            case Op.Scale scale -> ElementwiseReference.scale(floats(scale.x(), values), scale.factor());
            case Op.SoftCap softCap -> ElementwiseReference.softCap(floats(softCap.x(), values), softCap.cap());
            case Op.Activate activate ->
                ElementwiseReference.activate(activate.activation(), floats(activate.x(), values));
            case Op.RowGate gate -> ElementwiseReference.rowGate(floats(gate.x(), values), floats(gate.gate(), values));
            case Op.Gated gated ->
                ElementwiseReference.gated(
                        gated.activation(), floats(gated.gate(), values), floats(gated.up(), values));
            case Op.Attention attention ->
                AttentionReference.attend(
                        attention,
                        floats(attention.q(), values),
                        floats(attention.k(), values),
                        floats(attention.v(), values),
                        attention.scoring().sinks().map(weights::vector),
                        tokens,
                        kvType);
            case Op.Route route ->
                RouteReference.route(
                        floats(route.scores(), values),
                        route.routing(),
                        route.routing().bias().map(weights::vector));
            case Op.ExpertLinear linear ->
                ExpertReference.linear(
                        weights.tensor(linear.matrices()),
                        values.get(linear.x()),
                        choices(linear.choice(), values),
                        linear.perExpertInput());
            case Op.ExpertBias bias ->
                ExpertReference.bias(
                        floats(bias.x(), values), choices(bias.choice(), values), weights.vector(bias.vectors()));
            case Op.ExpertSum sum -> ExpertReference.sum(floats(sum.x(), values), choices(sum.choice(), values));
        };
    }

    private static void writeHidden(Step step, Rows.Floats rows) {
        for (int t = 0; t < step.size(); t++) {
            if (step.logitsRow(t) >= 0) {
                System.arraycopy(
                        rows.data(), t * rows.width(), step.hidden(), step.logitsRow(t) * rows.width(), rows.width());
            }
        }
    }

    /** Evaluates the last operation; of a matrix product only what is wanted, since the vocabulary is large. */
    private void writeLogits(Step step, Op op, Map<Value, Rows> values, StepTokens tokens) {
        int[] wanted = IntStream.range(0, step.size())
                .filter(t -> step.logitsRow(t) >= 0)
                .toArray();
        if (op instanceof Op.Linear linear) {
            int[] to = IntStream.of(wanted).map(step::logitsRow).toArray();
            LinearReference.multiply(
                    weights.tensor(linear.matrix()), values.get(linear.x()), wanted, step.logits(), to);
            return;
        }
        Rows.Floats logits = (Rows.Floats) evaluate(op, values, tokens);
        for (int t : wanted) {
            System.arraycopy(
                    logits.data(),
                    t * logits.width(),
                    step.logits(),
                    step.logitsOffset(step.logitsRow(t)),
                    logits.width());
        }
    }

    private Rows.Floats embed(Op.Embedding op, StepTokens tokens) {
        Rows.Floats rows = rows(op.table(), tokens.tokens());
        return op.positions()
                .map(positions -> ElementwiseReference.add(rows, rows(positions, tokens.positions())))
                .orElse(rows);
    }

    private Rows.Floats rows(Weight table, int[] numbers) {
        Rows.Floats rows = Rows.Floats.of(numbers.length, table.columns());
        for (int i = 0; i < numbers.length; i++) {
            Dequantizer.dequantizeRow(weights.tensor(table), numbers[i], rows.data(), i * table.columns());
        }
        return rows;
    }

    private static Rows.Floats floats(Value value, Map<Value, Rows> values) {
        return (Rows.Floats) values.get(value);
    }

    private static Rows.Choices choices(Value value, Map<Value, Rows> values) {
        return (Rows.Choices) values.get(value);
    }

    private static int[] lastUses(Graph graph) {
        int[] lastUse = new int[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            node.op()
                    .inputs()
                    .forEach(input -> lastUse[input.id()] = node.value().id());
        }
        return lastUse;
    }
}
