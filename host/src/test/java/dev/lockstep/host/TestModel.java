package dev.lockstep.host;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Op.Weave.Piece;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.Scoring;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A small transformer with random weights: a lowered graph and its tensors. */
public record TestModel(TestShape shape, Graph graph, Map<String, Tensor> weights) {
    /** All types that matrices may have. */
    public static final List<TensorType> TYPES =
            Stream.of(TensorType.values()).filter(TensorType::computable).toList();

    private static final int CONTEXT = 4096;

    /** The model of a shape; a seed gives the same weights whenever it is used. */
    public static TestModel of(TestShape shape, long seed) {
        Builder builder = new Builder(shape, seed);
        Graph graph = Passes.lower(builder.build(), shape.precision);
        return new TestModel(shape, graph, builder.weights);
    }

    private static final class Builder {
        private final TestShape shape;
        private final GraphBuilder graph = new GraphBuilder();
        private final Map<String, Tensor> weights = new HashMap<>();
        private final long seed;
        private int matrices;

        Builder(TestShape shape, long seed) {
            this.shape = shape;
            this.seed = seed;
        }

        Graph build() {
            Weight table = matrix("embedding", shape.width, shape.vocabulary, 1, 1);
            Optional<Weight> positions =
                    shape.positions ? Optional.of(matrix("positions", shape.width, CONTEXT, 1, 1)) : Optional.empty();
            Value x = scaled(graph.add(new Op.Embedding(table, positions)));
            List<Double> frequencies = IntStream.range(0, shape.ropePairs)
                    .mapToObj(i -> Math.pow(1e4, -(double) i / shape.ropePairs))
                    .toList();
            Rope turning = new Rope(shape.pairing, frequencies, 1.25);
            Rope rope = shape.growing ? turning.growing(new Rope.Growth(0.3, 3)) : turning;
            for (int layer = 0; layer < shape.layers; layer++) {
                x = graph.add(new Op.Add(x, scaled(attention(norm(x, "attention_norm" + layer), layer, rope))));
                Value normed = norm(x, "feed_forward_norm" + layer);
                Value mixed = shape.experts == 0 ? dense(normed, layer) : experts(normed, layer);
                x = graph.add(new Op.Add(x, scaled(mixed)));
            }
            Value normed = norm(x, "norm");
            Value logits =
                    shape.tied ? graph.add(new Op.Linear(normed, table)) : linear(normed, "output", shape.vocabulary);
            if (shape.cap > 0) {
                graph.add(new Op.SoftCap(logits, shape.cap));
            }
            return graph.build("test", CONTEXT);
        }

        /** Queries brought to a latent row, which is the one KV head, as DeepSeek does it. */
        private Value latentAttention(Value x, int layer, Rope rope) {
            int heads = shape.heads;
            int size = shape.headSize;
            int turned = rope.width();
            int latent = size - turned;
            Value q = linear(x, "q" + layer, heads * size);
            Value plain = weave(heads, 0, List.of(q), new Piece(0, turned, size, latent));
            Value absorbed = headLinear(plain, "kb" + layer, latent);
            Value queries = weave(
                    heads, 0, List.of(q, absorbed), new Piece(0, 0, size, turned), new Piece(1, 0, latent, latent));
            Value low = linear(x, "latent" + layer, latent);
            Value turning = linear(x, "turning" + layer, turned);
            Value key = weave(1, 0, List.of(turning, low), new Piece(0, 0, 0, turned), new Piece(1, 0, 0, latent));
            Value value = weave(1, turned, List.of(low), new Piece(0, 0, 0, latent));
            Value mixed = graph.add(new Op.Attention(
                    queries, key, value, layer, heads, 1, size, rope, shape.attentionScale, scoring(layer)));
            Value lows = weave(heads, 0, List.of(mixed), new Piece(0, 0, size, latent));
            Value values = headLinear(lows, "vb" + layer, 24);
            return linear(weave(heads, 0, List.of(values), new Piece(0, 0, 24, 24)), "o" + layer, shape.width);
        }

        private Value headLinear(Value x, String name, int rows) {
            return graph.add(new Op.HeadLinear(x, matrix(name, x.width() / shape.heads, rows, shape.heads, 1)));
        }

        private Value weave(int heads, int padding, List<Value> inputs, Piece... pieces) {
            return graph.add(new Op.Weave(inputs, heads, List.of(pieces), padding));
        }

        private Value attention(Value x, int layer, Rope rope) {
            if (shape.latent) {
                return latentAttention(x, layer, rope);
            }
            Value q = linear(x, "q" + layer, shape.heads * shape.headSize);
            Value k = linear(x, "k" + layer, shape.kvHeads * shape.headSize);
            Value v = linear(x, "v" + layer, shape.kvHeads * shape.headSize);
            if (shape.headNorms) {
                q = graph.add(new Op.RmsNorm(q, vector("q_norm" + layer, shape.headSize, 1), 1e-6f));
                k = graph.add(new Op.RmsNorm(k, vector("k_norm" + layer, shape.headSize, 1), 1e-6f));
            }
            Value mixed = graph.add(new Op.Attention(
                    q,
                    k,
                    v,
                    layer,
                    shape.heads,
                    shape.kvHeads,
                    shape.headSize,
                    rope,
                    shape.attentionScale,
                    scoring(layer)));
            return linear(mixed, "o" + layer, shape.width);
        }

        private Scoring scoring(int layer) {
            Optional<Weight> sinks =
                    shape.sinks ? Optional.of(vector("sinks" + layer, shape.heads, 0.5f)) : Optional.empty();
            return new Scoring(shape.window, shape.scoreCap, sinks);
        }

        private Value dense(Value x, int layer) {
            if (shape.plain) {
                Value inner = graph.add(new Op.Activate(shape.activation, linear(x, "up" + layer, shape.hidden)));
                return linear(inner, "down" + layer, shape.width);
            }
            Value gate = linear(x, "gate" + layer, shape.hidden);
            Value up = linear(x, "up" + layer, shape.hidden);
            return linear(graph.add(new Op.Gated(shape.activation, gate, up)), "down" + layer, shape.width);
        }

        private Value experts(Value x, int layer) {
            Value scores = linear(x, "router" + layer, shape.experts);
            Optional<Weight> bias = shape.bias && shape.weighing.sigmoid()
                    ? Optional.of(vector("choice_bias" + layer, shape.experts, 0))
                    : Optional.empty();
            Routing routing = new Routing(shape.expertsUsed, shape.weighing, 1.5f, bias);
            Value choice = graph.add(new Op.Route(scores, routing));
            Value gate = expertLinear(x, choice, "gates" + layer, shape.width, shape.hidden);
            Value up = expertLinear(x, choice, "ups" + layer, shape.width, shape.hidden);
            Value mixed = graph.add(new Op.Gated(shape.activation, gate, up));
            Value down = expertLinear(mixed, choice, "downs" + layer, shape.hidden, shape.width);
            Value sum = graph.add(new Op.ExpertSum(down, choice));
            if (!shape.shared) {
                return sum;
            }
            Value share = graph.add(new Op.Linear(x, matrix("share" + layer, x.width(), 1, 1, 0.1f)));
            return graph.add(new Op.Add(sum, graph.add(new Op.RowGate(dense(x, layer), share))));
        }

        private Value expertLinear(Value x, Value choice, String name, int columns, int rows) {
            Value y = graph.add(new Op.ExpertLinear(x, choice, matrix(name, columns, rows, shape.experts, 1)));
            return shape.bias
                    ? graph.add(new Op.ExpertBias(y, choice, vectors(name + "_bias", rows, shape.experts, 0)))
                    : y;
        }

        private Value scaled(Value x) {
            return shape.scale == 1 ? x : graph.add(new Op.Scale(x, shape.scale));
        }

        private Value norm(Value x, String name) {
            if (shape.layerNorms) {
                Value normed = graph.add(new Op.LayerNorm(x, vector(name, x.width(), 1), 1e-5f));
                return shape.bias ? graph.add(new Op.Bias(normed, vector(name + "_bias", x.width(), 0))) : normed;
            }
            return graph.add(new Op.RmsNorm(x, vector(name, x.width(), 1), 1e-5f));
        }

        private Value linear(Value x, String name, int rows) {
            float deviation = (float) (1 / Math.sqrt(x.width()));
            Value y = graph.add(new Op.Linear(x, matrix(name, x.width(), rows, 1, deviation)));
            return shape.bias ? graph.add(new Op.Bias(y, vector(name + "_bias", rows, 0))) : y;
        }

        private Weight vector(String name, int columns, float mean) {
            return vectors(name, columns, 1, mean);
        }

        private Weight vectors(String name, int columns, int rows, float mean) {
            MemorySegment data = Arena.ofAuto().allocate(4L * columns * rows, 64);
            SyntheticWeights.fill(TensorType.F32, data, seed + weights.size(), 0.1f);
            for (int i = 0; i < columns * rows; i++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, mean + data.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
            return put(new Tensor(name, TensorType.F32, columns, rows, 1, data));
        }

        private Weight matrix(String name, int columns, int rows, int stacked, float deviation) {
            List<TensorType> types = shape.types;
            TensorType type = Stream.of(types.get(matrices++ % types.size()), TensorType.Q8_0, TensorType.F16)
                    .filter(candidate -> columns % candidate.blockElements() == 0)
                    .findFirst()
                    .orElseThrow();
            MemorySegment data = Arena.ofAuto().allocate(type.bytes(columns) * rows * stacked, 64);
            float spread = stacked > 1 ? (float) (1 / Math.sqrt(columns)) : deviation;
            SyntheticWeights.fill(type, data, seed + weights.size(), spread);
            return put(new Tensor(name, type, columns, rows, stacked, data));
        }

        private Weight put(Tensor tensor) {
            weights.put(tensor.name(), tensor);
            return Weight.of(tensor);
        }
    }
}
