package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.numerics.ExactSum;
import dev.lockstep.lpu.numerics.SpecialFunctions;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The numerics of compiled models, element by element in plain loops: what chips have to compute, without any chip. */
final class ScalarModel {
    static final int LANES = 320;
    private static final int SUPERLANE = 16;
    private static final double LOG2_E = 1.4426950408889634;

    private final Graph graph;
    private final Map<String, Tensor> tensors;
    private final int shards;
    private final Element weights;
    private final Map<Op, ScalarAttention> attentions = new HashMap<>();
    private final Map<Value, float[]> rows = new HashMap<>();

    /** @param first position of the first token, as if all before it had keys and values of zero */
    ScalarModel(ModelDescription description, int shards, int first, Element weights) {
        this.weights = weights;
        this.graph = Architectures.build(description);
        this.tensors = TensorRows.with(graph, description.tensors());
        this.shards = shards;
        for (Op.Attention op : graph.attentions()) {
            attentions.put(op, new ScalarAttention(op, first));
        }
    }

    private float[] attend(Op.Attention op) {
        float[] sinks = op.scoring().sinks().map(this::weights).orElse(new float[0]);
        return attentions.get(op).next(rows.get(op.q()), rows.get(op.k()), rows.get(op.v()), sinks);
    }

    float[] next(int token) {
        for (Node node : graph.nodes()) {
            rows.put(node.value(), evaluate(node, token));
        }
        return rows.get(graph.logits());
    }

    private float[] evaluate(Node node, int token) {
        return switch (node.op()) {
            case Op.Embedding embedding -> each(weightRow(embedding.table().name(), token), ScalarModel::half);
            case Op.RmsNorm norm when attentionOf(norm).isPresent() -> headNorm(norm, rows.get(norm.x()));
            case Op.RmsNorm norm -> norm(norm, rows.get(norm.x()), readByProduct(node));
            case Op.Scale scale -> each(rows.get(scale.x()), x -> x * scale.factor());
            case Op.SoftCap soft ->
                each(rows.get(soft.x()), x -> SpecialFunctions.tanh(x * (1 / soft.cap())) * soft.cap());
            case Op.Linear linear -> linear(linear.matrix(), 1, spaceOf(linear.x()), rows.get(linear.x()));
            case Op.Bias bias -> add(rows.get(bias.x()), weights(bias.vector()));
            case Op.Add add -> add(rows.get(add.a()), rows.get(add.b()));
            case Op.Gated gated -> gate(gated);
            case Op.Attention attention -> attend(attention);
            case Op.Route route -> route(route.routing(), rows.get(route.scores()));
            case Op.ExpertLinear linear -> experts(linear, rows.get(linear.x()));
            case Op.ExpertBias bias -> expertBias(bias, rows.get(bias.x()));
            case Op.ExpertSum sum -> rows.get(sum.x());
            case Op.RowGate gate -> {
                float factor = sigmoid(rows.get(gate.gate())[0]);
                yield each(rows.get(gate.x()), x -> x * factor);
            }
            default -> throw new IllegalArgumentException("not supported: " + node.op());
        };
    }

    private float[] norm(Op.RmsNorm op, float[] x, boolean activation) {
        float[] sums = new float[LANES];
        boolean first = true;
        for (int[] vector : Space.even(x.length, shards, LANES).vectors()) {
            for (int lane = 0; lane < LANES; lane++) {
                float element = lane < vector.length ? x[vector[lane]] : 0;
                float square = element * element;
                sums[lane] = first ? square : sums[lane] + square;
            }
            first = false;
        }
        float inverse = SpecialFunctions.rsqrt(overLanes(sums, false) * (1f / op.width()) + op.epsilon());
        float[] gain = weightRow(op.gain().name(), 0);
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            float normed = (x[i] * inverse) * gain[i];
            y[i] = activation ? half(normed) : normed;
        }
        return y;
    }

    /** Whether what a norm gives is an activation, rather than something to be added to the residual stream. */
    private boolean readByProduct(Node norm) {
        return graph.nodes().stream()
                .noneMatch(node ->
                        node.op() instanceof Op.Add && node.op().inputs().contains(norm.value()));
    }

    /** The 16 lanes of a superlane, then the 20 superlanes, each time in fours: elements of a four in order, then fours in order. */
    static float overLanes(float[] lanes, boolean largest) {
        float[] superlanes = new float[LANES / SUPERLANE];
        for (int i = 0; i < superlanes.length; i++) {
            superlanes[i] = inFours(Arrays.copyOfRange(lanes, i * SUPERLANE, (i + 1) * SUPERLANE), largest);
        }
        return inFours(superlanes, largest);
    }

    private static float inFours(float[] x, boolean largest) {
        float result = 0;
        for (int first = 0; first < x.length; first += 4) {
            float four = x[first];
            for (int i = first + 1; i < first + 4; i++) {
                four = largest ? Math.max(four, x[i]) : four + x[i];
            }
            result = first == 0 ? four : largest ? Math.max(result, four) : result + four;
        }
        return result;
    }

    /** @param beside how many matrices stand side by side */
    private float[] linear(Weight matrix, int beside, Space columns, float[] x) {
        float[] y = new float[beside > 1 ? matrix.rows() : matrix.rows() * matrix.matrices()];
        for (int row = 0; row < y.length; row++) {
            float[] floats = new float[beside * matrix.columns()];
            for (int m = 0; m < beside; m++) {
                float[] part = weightRow(matrix.name(), m * matrix.rows() + row);
                System.arraycopy(part, 0, floats, m * matrix.columns(), part.length);
            }
            float scale = largest(floats) / 127;
            int chains = weights == Element.INT8 ? 4 : 2;
            float[] sums = new float[chains];
            int block = 0;
            for (int number : columns.occupied()) {
                int[] vector = columns.vectors().get(number);
                if (Arrays.stream(vector).anyMatch(column -> column != Space.NOTHING)) {
                    ExactSum sum = new ExactSum();
                    for (int column : vector) {
                        if (column == Space.NOTHING) {
                            continue;
                        }
                        if (weights == Element.INT8) {
                            sum.addProduct((byte) Math.rint(floats[column] / scale), bits(x[column]));
                        } else {
                            sum.addProduct(bits(floats[column]), bits(x[column]));
                        }
                    }
                    int chain = block % chains;
                    sums[chain] = block < chains ? sum.round() : sums[chain] + sum.round();
                    block++;
                }
            }
            float first = block > 1 ? sums[0] + sums[1] : sums[0];
            float second = block > 3 && chains > 3 ? sums[2] + sums[3] : chains > 2 ? sums[2] : 0;
            y[row] = block > 2 && chains > 2 ? first + second : first;
            if (weights == Element.INT8) {
                y[row] *= scale;
            }
        }
        return y;
    }

    private static float largest(float[] row) {
        float largest = 0;
        for (float x : row) {
            largest = Math.max(largest, Math.abs(x));
        }
        return largest;
    }

    /** How the elements of an activation are spread. */
    private Space spaceOf(Value value) {
        return switch (graph.nodes().get(value.id()).op()) {
            case Op.Attention attention -> new HeadCut(attention, shards, LANES).outputs();
            case Op.Gated gated
            when experts(gated).isPresent() -> {
                Weight matrices = experts(gated).get().matrices();
                yield Space.experts(matrices.matrices(), matrices.rows(), shards, LANES);
            }
            default -> Space.even(value.width(), shards, LANES);
        };
    }

    private static float[] add(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private float[] gate(Op.Gated op) {
        float[] gate = rows.get(op.gate());
        float[] up = rows.get(op.up());
        Optional<Op.ExpertLinear> experts = experts(op);
        float[] y = new float[gate.length];
        for (int i = 0; i < y.length; i++) {
            float gated = gated(op.activation(), gate[i], up[i]);
            if (experts.isPresent()) {
                gated *= rows.get(experts.get().choice())[
                        i / experts.get().matrices().rows()];
            }
            y[i] = half(gated);
        }
        return y;
    }

    /** The products of experts that a gated unit reads, if it does. */
    private Optional<Op.ExpertLinear> experts(Op.Gated op) {
        Op producer = graph.nodes().get(op.gate().id()).op();
        if (producer instanceof Op.ExpertBias bias) {
            producer = graph.nodes().get(bias.x().id()).op();
        }
        return producer instanceof Op.ExpertLinear linear ? Optional.of(linear) : Optional.empty();
    }

    private static float gated(Activation activation, float x, float up) {
        return switch (activation) {
            case SILU -> x * (SpecialFunctions.tanh(x * 0.5f) * 0.5f + 0.5f) * up;
            case GELU -> {
                float argument = x * (x * x * 0.0356774081f + 0.7978845608f);
                yield x * (SpecialFunctions.tanh(argument) * 0.5f + 0.5f) * up;
            }
            case SWIGLU_OAI -> {
                float gate = Math.min(x, 7);
                float value = Math.max(Math.min(up, 7), -7) + 1;
                yield gate * (SpecialFunctions.tanh(gate * (1.702f / 2)) * 0.5f + 0.5f) * value;
            }
        };
    }

    private static float sigmoid(float x) {
        return SpecialFunctions.tanh(x * 0.5f) * 0.5f + 0.5f;
    }

    /** The weight of every expert, zero for those that are not chosen. */
    private static float[] route(Routing routing, float[] scores) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            largest = Math.max(largest, score);
        }
        float[] powers = new float[scores.length];
        boolean[] chosen = new boolean[scores.length];
        float sum = 0;
        for (int i = 0; i < scores.length; i++) {
            int rank = 0;
            for (int j = 0; j < scores.length; j++) {
                rank += scores[j] > scores[i] || scores[j] == scores[i] && j < i ? 1 : 0;
            }
            chosen[i] = rank < routing.used();
            powers[i] = SpecialFunctions.exp2((scores[i] - largest) * (float) LOG2_E);
            if (chosen[i] || routing.weighing() == Routing.Weighing.ALL) {
                sum += powers[i];
            }
        }
        float root = SpecialFunctions.rsqrt(sum);
        float[] weights = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            weights[i] = (chosen[i] ? powers[i] : 0) * (root * root * routing.scale());
        }
        return weights;
    }

    /** Of all experts: their results side by side, or the sum of what they give. */
    private float[] experts(Op.ExpertLinear op, float[] x) {
        boolean each = graph.nodes().get(op.x().id()).op() instanceof Op.Gated;
        return linear(op.matrices(), each ? op.matrices().matrices() : 1, spaceOf(op.x()), x);
    }

    private float[] expertBias(Op.ExpertBias op, float[] x) {
        float[] biases = weights(op.vectors());
        if (biases.length == x.length) {
            return add(x, biases);
        }
        float[] weights = rows.get(op.choice());
        float[] sums = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            for (int expert = 0; expert < weights.length; expert++) {
                float weighted = biases[expert * x.length + i] * weights[expert];
                sums[i] = expert == 0 ? weighted : sums[i] + weighted;
            }
        }
        return add(x, sums);
    }

    private static float[] each(float[] x, UnaryOperator<Float> function) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = function.apply(x[i]);
        }
        return y;
    }

    private float[] headNorm(Op.RmsNorm op, float[] x) {
        float[] gain = weightRow(op.gain().name(), 0);
        int size = gain.length;
        int[] lanes = pairs(op);
        float[] y = new float[x.length];
        for (int head = 0; head < x.length; head += size) {
            float[] squares = new float[LANES];
            for (int lane = 0; lane < size; lane++) {
                squares[lane] = x[head + lanes[lane]] * x[head + lanes[lane]];
            }
            float inverse = SpecialFunctions.rsqrt(overLanes(squares, false) * (1f / size) + op.epsilon());
            for (int i = 0; i < size; i++) {
                y[head + i] = x[head + i] * inverse * gain[i];
            }
        }
        return y;
    }

    /** The attention whose queries or keys are normed. */
    private Optional<Op.Attention> attentionOf(Op.RmsNorm op) {
        return graph.attentions().stream()
                .filter(a -> graph.nodes().get(a.q().id()).op() == op
                        || graph.nodes().get(a.k().id()).op() == op)
                .findFirst();
    }

    /** Which element of a head stands in which lane. */
    private int[] pairs(Op.RmsNorm op) {
        return new HeadCut(attentionOf(op).orElseThrow(), shards, LANES)
                .headGain()
                .vectors()
                .getFirst();
    }

    /** All rows of a weight. */
    private float[] weights(Weight weight) {
        float[] all = new float[weight.rows() * weight.columns()];
        for (int row = 0; row < weight.rows(); row++) {
            System.arraycopy(weightRow(weight.name(), row), 0, all, row * weight.columns(), weight.columns());
        }
        return all;
    }

    private float[] weightRow(String name, int row) {
        Tensor tensor = tensors.get(name);
        float[] floats = new float[Math.toIntExact(tensor.columns())];
        Dequantizer.dequantizeRow(tensor, row, floats, 0);
        return floats;
    }

    static float half(float x) {
        return Float.float16ToFloat(Float.floatToFloat16(x));
    }

    static short bits(float x) {
        return Float.floatToFloat16(x);
    }
}
