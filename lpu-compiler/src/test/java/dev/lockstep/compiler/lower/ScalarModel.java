package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.numerics.ExactSum;
import dev.lockstep.lpu.numerics.SpecialFunctions;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The numerics of compiled models, element by element in plain loops: what chips have to compute, without any chip. */
final class ScalarModel {
    private static final int LANES = 320;
    private static final int SUPERLANE = 16;
    private static final float HIDDEN = -0x1p100f;

    private final Graph graph;
    private final Map<String, Tensor> tensors;
    private final int shards;
    private final Element weights;
    private final Map<Op, List<float[]>> keys = new HashMap<>();
    private final Map<Op, List<float[]>> values = new HashMap<>();
    private final Map<Value, float[]> rows = new HashMap<>();
    private int position;

    /** @param first position of the first token, as if all before it had keys and values of zero */
    ScalarModel(ModelDescription description, int shards, int first, Element weights) {
        this.weights = weights;
        this.graph = Architectures.build(description);
        this.tensors = TensorRows.with(graph, description.tensors());
        this.shards = shards;
        this.position = first;
        for (Op.Attention op : graph.attentions()) {
            keys.put(op, zeros(first, op.k().width()));
            values.put(op, zeros(first, op.v().width()));
        }
    }

    private static List<float[]> zeros(int count, int width) {
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new float[width]);
        }
        return rows;
    }

    float[] next(int token) {
        for (Node node : graph.nodes()) {
            rows.put(node.value(), evaluate(node.op(), token));
        }
        position++;
        return rows.get(graph.logits());
    }

    private float[] evaluate(Op op, int token) {
        return switch (op) {
            case Op.Embedding embedding -> each(weightRow(embedding.table().name(), token), ScalarModel::half);
            case Op.RmsNorm norm when attentionOf(norm).isPresent() -> headNorm(norm, rows.get(norm.x()));
            case Op.RmsNorm norm -> norm(norm, rows.get(norm.x()));
            case Op.Scale scale -> each(rows.get(scale.x()), x -> x * scale.factor());
            case Op.SoftCap soft ->
                each(rows.get(soft.x()), x -> SpecialFunctions.tanh(x * (1 / soft.cap())) * soft.cap());
            case Op.Linear linear -> linear(linear, rows.get(linear.x()));
            case Op.Bias bias -> add(rows.get(bias.x()), weightRow(bias.vector().name(), 0));
            case Op.Add add -> add(rows.get(add.a()), rows.get(add.b()));
            case Op.Gated gated -> gate(gated.activation(), rows.get(gated.gate()), rows.get(gated.up()));
            case Op.Attention attention -> attend(attention);
            default -> throw new IllegalArgumentException("not supported: " + op);
        };
    }

    private float[] norm(Op.RmsNorm op, float[] x) {
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
            y[i] = half((x[i] * inverse) * gain[i]);
        }
        return y;
    }

    /** The 16 lanes of a superlane, then the 20 superlanes, each time in fours: elements of a four in order, then fours in order. */
    private static float overLanes(float[] lanes, boolean largest) {
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

    private float[] linear(Op.Linear op, float[] x) {
        Space columns = spaceOf(op.x());
        float[] y = new float[op.width()];
        for (int row = 0; row < y.length; row++) {
            float[] floats = weightRow(op.matrix().name(), row);
            float scale = largest(floats) / 127;
            int chains = weights == Element.INT8 ? 4 : 2;
            float[] sums = new float[chains];
            int block = 0;
            for (int[] vector : columns.vectors()) {
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
        Op producer = graph.nodes().get(value.id()).op();
        return producer instanceof Op.Attention attention
                ? new HeadCut(attention, shards, LANES).outputs()
                : Space.even(value.width(), shards, LANES);
    }

    private static float[] add(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private static float[] gate(Activation activation, float[] gate, float[] up) {
        float[] y = new float[gate.length];
        for (int i = 0; i < y.length; i++) {
            float x = gate[i];
            float argument = switch (activation) {
                case SILU -> x * 0.5f;
                case GELU -> x * (x * x * 0.0356774081f + 0.7978845608f);
                case SWIGLU_OAI -> throw new IllegalArgumentException("not supported: " + activation);
            };
            y[i] = half(x * (SpecialFunctions.tanh(argument) * 0.5f + 0.5f) * up[i]);
        }
        return y;
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

    private float[] attend(Op.Attention op) {
        float[] q = turned(op, rows.get(op.q()));
        keys.get(op).add(turned(op, rows.get(op.k())));
        float[] v = rows.get(op.v()).clone();
        for (int i = 0; i < v.length; i++) {
            v[i] = half(v[i]);
        }
        values.get(op).add(v);
        float[] y = new float[op.width()];
        for (int head = 0; head < op.heads(); head++) {
            head(op, head, q, y);
        }
        return y;
    }

    private void head(Op.Attention op, int head, float[] q, float[] y) {
        int size = op.headSize();
        int kv = head / op.group() * size;
        int blocks = position / LANES + 1;
        float[][] scores = new float[blocks][LANES];
        float[] largest = new float[LANES];
        for (int block = 0; block < blocks; block++) {
            for (int lane = 0; lane < LANES; lane++) {
                int at = block * LANES + lane;
                ExactSum sum = new ExactSum();
                for (int d = 0; at <= position && d < size; d++) {
                    sum.addProduct(bits(q[head * size + d]), bits(keys.get(op).get(at)[kv + d]));
                }
                scores[block][lane] = sum.round() + (at <= position ? 0 : HIDDEN);
                largest[lane] = block == 0 ? scores[0][lane] : Math.max(largest[lane], scores[block][lane]);
            }
        }
        float max = overLanes(largest, true);
        float scale = (float) (op.scale() * 1.4426950408889634);
        float total = 0;
        float[] mixed = new float[size];
        for (int block = 0; block < blocks; block++) {
            ExactSum weights = new ExactSum();
            ExactSum[] sums = new ExactSum[size];
            for (int lane = 0; lane < LANES && block * LANES + lane <= position; lane++) {
                float weight = half(SpecialFunctions.exp2((scores[block][lane] - max) * scale));
                weights.addProduct(bits(weight), bits(1));
                for (int d = 0; d < size; d++) {
                    sums[d] = sums[d] == null ? new ExactSum() : sums[d];
                    sums[d].addProduct(bits(weight), bits(values.get(op).get(block * LANES + lane)[kv + d]));
                }
            }
            total = block == 0 ? weights.round() : total + weights.round();
            for (int d = 0; d < size; d++) {
                mixed[d] = block == 0 ? sums[d].round() : mixed[d] + sums[d].round();
            }
        }
        float root = SpecialFunctions.rsqrt(total);
        for (int d = 0; d < size; d++) {
            y[head * size + d] = half(mixed[d] * (root * root));
        }
    }

    private float[] turned(Op.Attention op, float[] x) {
        Rope rope = op.rope();
        int pairs = rope.width() / 2;
        float[] y = x.clone();
        for (int head = 0; head < x.length; head += op.headSize()) {
            for (int pair = 0; pair < pairs; pair++) {
                boolean halves = rope.pairing() == Rope.Pairing.HALVES;
                int first = head + (halves ? pair : 2 * pair);
                int second = halves ? first + pairs : first + 1;
                float cos = rope.cos(position, pair);
                float sin = rope.sin(position, pair);
                y[first] = x[first] * cos + x[second] * -sin;
                y[second] = x[second] * cos + x[first] * sin;
            }
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = half(y[i]);
        }
        return y;
    }

    private float[] weightRow(String name, int row) {
        Tensor tensor = tensors.get(name);
        float[] floats = new float[Math.toIntExact(tensor.columns())];
        Dequantizer.dequantizeRow(tensor, row, floats, 0);
        return floats;
    }

    private static float half(float x) {
        return Float.float16ToFloat(Float.floatToFloat16(x));
    }

    private static short bits(float x) {
        return Float.floatToFloat16(x);
    }
}
