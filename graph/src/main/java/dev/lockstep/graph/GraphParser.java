package dev.lockstep.graph;

import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads the text of {@link GraphPrinter}. */
public final class GraphParser {
    private final TextScanner in;
    private final GraphBuilder builder = new GraphBuilder();
    private final List<Value> values = new ArrayList<>();
    private final Map<Integer, Rope> ropes = new HashMap<>();

    private GraphParser(String text) {
        this.in = new TextScanner(text);
    }

    /**
     * The graph of a text.
     *
     * @throws GraphException with line and column if the text is not a graph, or naming the operation that breaks a rule
     */
    public static Graph parse(String text) {
        return new GraphParser(text).graph();
    }

    private Graph graph() {
        in.expectWord("graph");
        String architecture = in.quoted();
        in.expectWord("context");
        int contextLength = in.integer();
        while (!in.atEnd()) {
            if (in.accept("%")) {
                definition();
            } else {
                in.expectWord("rope");
                rope();
            }
        }
        return builder.build(architecture, contextLength);
    }

    private void rope() {
        in.expect("!");
        int number = in.integer();
        Rope.Pairing pairing = named(Rope.Pairing.values(), Rope.Pairing::text, "pairing");
        in.expectWord("magnitude");
        double magnitude = in.doubleNumber();
        Optional<Rope.Growth> growth = optional("growth", this::growth);
        List<Double> frequencies = new ArrayList<>();
        in.expect("[");
        if (!in.accept("]")) {
            do {
                frequencies.add(in.doubleNumber());
            } while (in.accept(","));
            in.expect("]");
        }
        if (ropes.putIfAbsent(number, new Rope(pairing, frequencies, magnitude, growth)) != null) {
            throw in.failure("!" + number + " is defined twice");
        }
    }

    private void definition() {
        int id = in.integer();
        if (id != values.size()) {
            throw in.failure("expected %" + values.size() + ", since values are numbered in order");
        }
        RowKind kind = named(RowKind.values(), RowKind::text, "kind of rows");
        in.expect("[");
        int width = in.integer();
        in.expect("]");
        in.expect("=");
        String name = in.word("an operation");
        Value value = positioned(operation(name, kind));
        if (value.kind() != kind || value.width() != width) {
            throw in.failure("%s yields %s[%d], not %s[%d]"
                    .formatted(name, value.kind().text(), value.width(), kind.text(), width));
        }
        values.add(value);
    }

    /** Reads the operands; the operation is made, and checked, by the supplier. */
    private Supplier<Op> operation(String name, RowKind kind) {
        return switch (name) {
            case "embedding" -> {
                Weight table = weight();
                Optional<Weight> positions = optional("positions", this::weight);
                yield () -> new Op.Embedding(table, positions);
            }
            case "rms_norm" -> {
                Value x = value();
                Weight gain = weight();
                float epsilon = attribute("epsilon", TextScanner::floatNumber);
                yield () -> new Op.RmsNorm(x, gain, epsilon);
            }
            case "layer_norm" -> {
                Value x = value();
                Weight gain = weight();
                float epsilon = attribute("epsilon", TextScanner::floatNumber);
                yield () -> new Op.LayerNorm(x, gain, epsilon);
            }
            case "quantize" -> {
                Value x = value();
                yield () -> new Op.Quantize(x, kind);
            }
            case "linear" -> {
                Value x = value();
                Weight matrix = weight();
                yield () -> new Op.Linear(x, matrix);
            }
            case "head_linear" -> {
                Value x = value();
                Weight matrices = weight();
                yield () -> new Op.HeadLinear(x, matrices);
            }
            case "weave" -> weave();
            case "bias" -> {
                Value x = value();
                Weight vector = weight();
                yield () -> new Op.Bias(x, vector);
            }
            case "add" -> {
                Value a = value();
                Value b = value();
                yield () -> new Op.Add(a, b);
            }
            case "scale" -> {
                Value x = value();
                float factor = attribute("by", TextScanner::floatNumber);
                yield () -> new Op.Scale(x, factor);
            }
            case "soft_cap" -> {
                Value x = value();
                float cap = attribute("cap", TextScanner::floatNumber);
                yield () -> new Op.SoftCap(x, cap);
            }
            case "activate" -> {
                Activation activation = activation();
                Value x = value();
                yield () -> new Op.Activate(activation, x);
            }
            case "row_gate" -> {
                Value x = value();
                Value gate = value();
                yield () -> new Op.RowGate(x, gate);
            }
            case "gated" -> {
                Activation activation = activation();
                Value gate = value();
                Value up = value();
                yield () -> new Op.Gated(activation, gate, up);
            }
            case "attention" -> attention();
            case "route" -> {
                Value scores = value();
                int used = attribute("used", TextScanner::integer);
                Routing.Weighing weighing = optional("weights", this::weighing).orElse(Routing.Weighing.CHOSEN);
                float scale = optional("scale", in::floatNumber).orElse(1f);
                Optional<Weight> bias = optional("bias", this::weight);
                yield () -> new Op.Route(scores, new Routing(used, weighing, scale, bias));
            }
            case "expert_linear" -> {
                Value x = value();
                Value choice = value();
                Weight matrices = weight();
                yield () -> new Op.ExpertLinear(x, choice, matrices);
            }
            case "expert_bias" -> {
                Value x = value();
                Value choice = value();
                Weight vectors = weight();
                yield () -> new Op.ExpertBias(x, choice, vectors);
            }
            case "expert_sum" -> {
                Value x = value();
                Value choice = value();
                yield () -> new Op.ExpertSum(x, choice);
            }
            default -> throw in.failure("there is no operation " + name);
        };
    }

    private Supplier<Op> weave() {
        int heads = attribute("heads", TextScanner::integer);
        List<Value> inputs = new ArrayList<>();
        List<Op.Weave.Piece> pieces = new ArrayList<>();
        while (in.accept("piece")) {
            Value input = value();
            if (!inputs.contains(input)) {
                inputs.add(input);
            }
            int start = attribute("from", TextScanner::integer);
            int stride = attribute("step", TextScanner::integer);
            int length = attribute("length", TextScanner::integer);
            pieces.add(new Op.Weave.Piece(inputs.indexOf(input), start, stride, length));
        }
        int padding = optional("zeros", in::integer).orElse(0);
        return () -> new Op.Weave(inputs, heads, pieces, padding);
    }

    private Supplier<Op> attention() {
        Value q = value();
        Value k = value();
        Value v = value();
        int layer = attribute("layer", TextScanner::integer);
        int heads = attribute("heads", TextScanner::integer);
        int kvHeads = attribute("kv_heads", TextScanner::integer);
        int headSize = attribute("head_size", TextScanner::integer);
        float scale = attribute("scale", TextScanner::floatNumber);
        in.expectWord("rope");
        in.expect("!");
        int number = in.integer();
        Rope rope = ropes.get(number);
        if (rope == null) {
            throw in.failure("!" + number + " is not defined");
        }
        int window = optional("window", in::integer).orElse(0);
        float cap = optional("cap", in::floatNumber).orElse(0f);
        Optional<Weight> sinks = optional("sinks", this::weight);
        return () -> new Op.Attention(
                q, k, v, layer, heads, kvHeads, headSize, rope, scale, new Scoring(window, cap, sinks));
    }

    private <T> T attribute(String name, Function<TextScanner, T> read) {
        in.expectWord(name);
        return read.apply(in);
    }

    private <T> Optional<T> optional(String name, Supplier<T> read) {
        return in.accept(name) ? Optional.of(read.get()) : Optional.empty();
    }

    private Rope.Growth growth() {
        double factor = in.doubleNumber();
        int length = attribute("every", TextScanner::integer);
        try {
            return new Rope.Growth(factor, length);
        } catch (IllegalArgumentException broken) {
            throw in.failure(broken.getMessage());
        }
    }

    private Activation activation() {
        return named(Activation.values(), Activation::text, "activation");
    }

    private Routing.Weighing weighing() {
        return named(Routing.Weighing.values(), Routing.Weighing::text, "kind of weights");
    }

    private Value value() {
        in.expect("%");
        int id = in.integer();
        if (id >= values.size()) {
            throw in.failure("%" + id + " is not defined yet");
        }
        return values.get(id);
    }

    private Weight weight() {
        String name = in.quoted();
        TensorType type = named(TensorType.values(), TensorType::name, "tensor type");
        List<Integer> shape = new ArrayList<>();
        in.expect("[");
        do {
            shape.add(in.integer());
        } while (shape.size() < 3 && in.accept(","));
        in.expect("]");
        shape.addAll(List.of(1, 1));
        try {
            return new Weight(name, type, shape.get(0), shape.get(1), shape.get(2));
        } catch (IllegalArgumentException broken) {
            throw in.failure(broken.getMessage());
        }
    }

    private <E> E named(E[] choices, Function<E, String> name, String what) {
        String word = in.word("a " + what);
        return Arrays.stream(choices)
                .filter(choice -> name.apply(choice).equals(word))
                .findFirst()
                .orElseThrow(() -> in.failure("there is no %s %s".formatted(what, word)));
    }

    /** Appends an operation, and puts the place in the text before what is wrong with it. */
    private Value positioned(Supplier<Op> operation) {
        try {
            return builder.add(operation.get());
        } catch (GraphException | IllegalArgumentException broken) {
            throw in.failure(broken.getMessage());
        }
    }
}
