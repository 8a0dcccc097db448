package dev.lockstep.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Operations of the IR. Each turns rows into one row per token; {@code numerics} are in the package description. A
 * record's constructor checks what can be checked locally; the {@link Verifier} checks a whole graph.
 */
public sealed interface Op {
    /** Values it reads, in order. */
    List<Value> inputs();

    /** The weights it reads, in order. */
    default List<Weight> weights() {
        return List.of();
    }

    /** Kind of the resulting rows. */
    default RowKind kind() {
        return RowKind.F32;
    }

    /** Width of the resulting rows. */
    int width();

    /** The same operation on other values: {@code inputs} replace {@link #inputs()} one by one. */
    Op withInputs(List<Value> inputs);

    /** Operations on one row, {@code x}; where nothing else is said, they keep its width. */
    sealed interface Unary extends Op {
        Value x();

        @Override
        default List<Value> inputs() {
            return List.of(x());
        }

        @Override
        default int width() {
            return x().width();
        }
    }

    /**
     * Row {@code token} of {@code table}, dequantised, plus the row of the token's position in {@code positions}, for models that learn
     * positions.
     */
    record Embedding(Weight table, Optional<Weight> positions) implements Op {
        public Embedding {
            positions.ifPresent(rows -> require(
                    rows.columns() == table.columns(),
                    "positions of width %d for embeddings of %d",
                    rows.columns(),
                    table.columns()));
        }

        /** Without positions. */
        public Embedding(Weight table) {
            this(table, Optional.empty());
        }

        @Override
        public List<Value> inputs() {
            return List.of();
        }

        @Override
        public List<Weight> weights() {
            return Stream.concat(Stream.of(table), positions.stream()).toList();
        }

        @Override
        public int width() {
            return table.columns();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return this;
        }
    }

    /**
     * Root-mean-square norm with a gain per element (Zhang and Sennrich 2019). A gain narrower than the row norms every group of that
     * many elements by itself, with the same gain: the heads of queries or keys.
     */
    record RmsNorm(Value x, Weight gain, float epsilon) implements Unary {
        public RmsNorm {
            require(x.width() % gain.columns() == 0, "rms_norm of width %d with gain of %d", x.width(), gain.columns());
        }

        /** Groups that are normed by themselves; 1 for a norm of the whole row. */
        public int groups() {
            return x.width() / gain.columns();
        }

        @Override
        public List<Weight> weights() {
            return List.of(gain);
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new RmsNorm(inputs.get(0), gain, epsilon);
        }
    }

    /** Norm by mean and variance with a gain per element (Ba et al. 2016); a shift, where there is one, is a {@link Bias} after it. */
    record LayerNorm(Value x, Weight gain, float epsilon) implements Unary {
        public LayerNorm {
            require(x.width() == gain.columns(), "layer_norm of width %d with gain of %d", x.width(), gain.columns());
        }

        @Override
        public List<Weight> weights() {
            return List.of(gain);
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new LayerNorm(inputs.get(0), gain, epsilon);
        }
    }

    /**
     * Rounds a row to integers in blocks of 32.
     *
     * @param kind of the integers
     */
    record Quantize(Value x, RowKind kind) implements Unary {
        public Quantize {
            require(kind.quantized(), "quantize to %s", kind);
            require(x.kind() == RowKind.F32 && x.width() % 32 == 0, "quantize of %s[%d]", x.kind(), x.width());
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Quantize(inputs.get(0), kind);
        }
    }

    /** {@code y[row] = sum over k of matrix[row][k] * x[k]}. */
    record Linear(Value x, Weight matrix) implements Unary {
        public Linear {
            require(
                    x.width() == matrix.columns(),
                    "linear of width %d with %s of %d columns",
                    x.width(),
                    matrix.name(),
                    matrix.columns());
            require(matrix.matrices() == 1, "linear with a stack of matrices: %s", matrix.name());
        }

        @Override
        public List<Weight> weights() {
            return List.of(matrix);
        }

        @Override
        public int width() {
            return matrix.rows();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Linear(inputs.get(0), matrix);
        }
    }

    /**
     * One product per head: head h of {@code x}, the columns of a matrix wide, with matrix h of a stack; results side by side.
     */
    record HeadLinear(Value x, Weight matrices) implements Unary {
        public HeadLinear {
            require(
                    x.width() == matrices.matrices() * matrices.columns(),
                    "head_linear of width %d with %d matrices of %d columns",
                    x.width(),
                    matrices.matrices(),
                    matrices.columns());
        }

        public int heads() {
            return matrices.matrices();
        }

        @Override
        public List<Weight> weights() {
            return List.of(matrices);
        }

        @Override
        public int width() {
            return heads() * matrices.rows();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new HeadLinear(inputs.get(0), matrices);
        }
    }

    /**
     * Puts heads together from pieces of rows: for each head the pieces one after the other, and zeros after them.
     *
     * @param padding how many zeros
     */
    record Weave(List<Value> inputs, int heads, List<Piece> pieces, int padding) implements Op {
        /**
         * A piece of each head.
         *
         * @param input number of the row it is taken from
         * @param start of the first head's
         * @param stride from the start of a head's to that of the next; 0 if all heads share it
         */
        public record Piece(int input, int start, int stride, int length) {}

        public Weave {
            inputs = List.copyOf(inputs);
            pieces = List.copyOf(pieces);
            require(heads > 0 && padding >= 0 && !pieces.isEmpty(), "weave of %d heads", heads);
            for (Piece piece : pieces) {
                require(
                        piece.input() >= 0
                                && piece.input() < inputs.size()
                                && piece.start() >= 0
                                && piece.stride() >= 0
                                && piece.length() > 0
                                && piece.start() + (heads - 1L) * piece.stride() + piece.length()
                                        <= inputs.get(piece.input()).width(),
                        "weave of a piece that is not there: %s",
                        piece);
            }
        }

        /** Elements of a head. */
        public int headSize() {
            return pieces.stream().mapToInt(Piece::length).sum() + padding;
        }

        @Override
        public int width() {
            return Math.multiplyExact(heads, headSize());
        }

        @Override
        public Op withInputs(List<Value> others) {
            return new Weave(others, heads, pieces, padding);
        }
    }

    /** Adds a weight vector to every row. */
    record Bias(Value x, Weight vector) implements Unary {
        public Bias {
            require(x.width() == vector.columns(), "bias of %d on width %d", vector.columns(), x.width());
        }

        @Override
        public List<Weight> weights() {
            return List.of(vector);
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Bias(inputs.get(0), vector);
        }
    }

    /** Elementwise sum. */
    record Add(Value a, Value b) implements Op {
        public Add {
            require(a.width() == b.width(), "add of widths %d and %d", a.width(), b.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(a, b);
        }

        @Override
        public int width() {
            return a.width();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Add(inputs.get(0), inputs.get(1));
        }
    }

    /** {@code x * factor}, elementwise. */
    record Scale(Value x, float factor) implements Unary {
        public Scale {
            require(Float.isFinite(factor), "scale by %s", factor);
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Scale(inputs.get(0), factor);
        }
    }

    /** {@code cap * tanh(x / cap)}, elementwise: keeps values between -cap and cap (Gemma 2, 2024). */
    record SoftCap(Value x, float cap) implements Unary {
        public SoftCap {
            require(Float.isFinite(cap) && cap > 0, "soft_cap of %s", cap);
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new SoftCap(inputs.get(0), cap);
        }
    }

    /** {@code activation(x)}, elementwise. */
    record Activate(Activation activation, Value x) implements Unary {
        public Activate {
            require(activation != Activation.SWIGLU_OAI, "%s of one value", activation.text());
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Activate(activation, inputs.get(0));
        }
    }

    /** {@code sigmoid(gate) * x}: one gate for a whole row. */
    record RowGate(Value x, Value gate) implements Op {
        public RowGate {
            require(gate.width() == 1, "a gate of width %d for a row", gate.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(x, gate);
        }

        @Override
        public int width() {
            return x.width();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new RowGate(inputs.get(0), inputs.get(1));
        }
    }

    /** {@code activation(gate) * up}, elementwise. */
    record Gated(Activation activation, Value gate, Value up) implements Op {
        public Gated {
            require(gate.width() == up.width(), "gated unit of widths %d and %d", gate.width(), up.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(gate, up);
        }

        @Override
        public int width() {
            return gate.width();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Gated(activation, inputs.get(0), inputs.get(1));
        }
    }

    /**
     * Rotates queries and keys by their position, appends keys and values to the KV cache of {@code layer}, and attends
     * causally. Query head h uses KV head h * kvHeads / heads.
     *
     * @param q {@code heads * headSize}
     * @param k {@code kvHeads * headSize}
     * @param v {@code kvHeads * headSize}
     * @param scale factor on the rotated queries
     */
    record Attention(
            Value q,
            Value k,
            Value v,
            int layer,
            int heads,
            int kvHeads,
            int headSize,
            Rope rope,
            float scale,
            Scoring scoring)
            implements Op {
        public Attention {
            require(kvHeads > 0 && heads % kvHeads == 0, "%d query heads over %d KV heads", heads, kvHeads);
            require(
                    q.width() == heads * headSize,
                    "queries of width %d for %d heads of %d",
                    q.width(),
                    heads,
                    headSize);
            require(
                    k.width() == kvHeads * headSize && v.width() == kvHeads * headSize,
                    "keys of width %d and values of width %d for %d KV heads of %d",
                    k.width(),
                    v.width(),
                    kvHeads,
                    headSize);
            require(rope.width() <= headSize, "RoPE over %d elements of a head of %d", rope.width(), headSize);
            scoring.sinks()
                    .ifPresent(sinks ->
                            require(sinks.columns() == heads, "%d sinks for %d query heads", sinks.columns(), heads));
        }

        /** Plain attention, see {@link Scoring#PLAIN}. */
        public Attention(
                Value q, Value k, Value v, int layer, int heads, int kvHeads, int headSize, Rope rope, float scale) {
            this(q, k, v, layer, heads, kvHeads, headSize, rope, scale, Scoring.PLAIN);
        }

        /** Query heads that share one KV head. */
        public int group() {
            return heads / kvHeads;
        }

        @Override
        public List<Value> inputs() {
            return List.of(q, k, v);
        }

        @Override
        public List<Weight> weights() {
            return scoring.sinks().stream().toList();
        }

        @Override
        public int width() {
            return heads * headSize;
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Attention(
                    inputs.get(0), inputs.get(1), inputs.get(2), layer, heads, kvHeads, headSize, rope, scale, scoring);
        }
    }

    /** Chooses experts by their scores, the lower index first among equals. */
    record Route(Value scores, Routing routing) implements Op {
        public Route {
            require(
                    routing.used() > 0 && routing.used() <= scores.width(),
                    "%d of %d experts",
                    routing.used(),
                    scores.width());
            routing.bias()
                    .ifPresent(bias -> require(
                            bias.columns() == scores.width(),
                            "a bias of %d for %d experts",
                            bias.columns(),
                            scores.width()));
        }

        @Override
        public List<Weight> weights() {
            return routing.bias().stream().toList();
        }

        @Override
        public List<Value> inputs() {
            return List.of(scores);
        }

        @Override
        public RowKind kind() {
            return RowKind.CHOICE;
        }

        @Override
        public int width() {
            return routing.used();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new Route(inputs.get(0), routing);
        }
    }

    /**
     * One {@link Linear} per chosen expert, results side by side. {@code x} is one row for all ({@code columns} wide) or one
     * row per chosen expert ({@code choice.width() * columns} wide).
     */
    record ExpertLinear(Value x, Value choice, Weight matrices) implements Op {
        public ExpertLinear {
            require(choice.kind() == RowKind.CHOICE, "experts chosen by %s", choice);
            require(
                    x.width() == matrices.columns() || x.width() == choice.width() * matrices.columns(),
                    "expert_linear of width %d with %s of %d columns",
                    x.width(),
                    matrices.name(),
                    matrices.columns());
        }

        /** Whether every chosen expert has an input row of its own. */
        public boolean perExpertInput() {
            return x.width() != matrices.columns();
        }

        @Override
        public List<Value> inputs() {
            return List.of(x, choice);
        }

        @Override
        public List<Weight> weights() {
            return List.of(matrices);
        }

        @Override
        public int width() {
            return choice.width() * matrices.rows();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new ExpertLinear(inputs.get(0), inputs.get(1), matrices);
        }
    }

    /** Adds its bias to what each chosen expert gave; row e of {@code vectors} is that of expert e. */
    record ExpertBias(Value x, Value choice, Weight vectors) implements Op {
        public ExpertBias {
            require(choice.kind() == RowKind.CHOICE, "experts chosen by %s", choice);
            require(
                    x.width() == choice.width() * vectors.columns(),
                    "expert_bias of %d on width %d of %d experts",
                    vectors.columns(),
                    x.width(),
                    choice.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(x, choice);
        }

        @Override
        public List<Weight> weights() {
            return List.of(vectors);
        }

        @Override
        public int width() {
            return x.width();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new ExpertBias(inputs.get(0), inputs.get(1), vectors);
        }
    }

    /** {@code y = sum over chosen experts, in order, of fma(weight, x[expert], y)} from +0. */
    record ExpertSum(Value x, Value choice) implements Op {
        public ExpertSum {
            require(choice.kind() == RowKind.CHOICE, "experts chosen by %s", choice);
            require(x.width() % choice.width() == 0, "expert_sum of width %d over %d", x.width(), choice.width());
        }

        @Override
        public List<Value> inputs() {
            return List.of(x, choice);
        }

        @Override
        public int width() {
            return x.width() / choice.width();
        }

        @Override
        public Op withInputs(List<Value> inputs) {
            return new ExpertSum(inputs.get(0), inputs.get(1));
        }
    }

    private static void require(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new GraphException(message.formatted(arguments));
        }
    }
}
