package dev.lockstep.graph;

import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Valid graphs of random operations. */
final class RandomGraphs {
    private static final List<TensorType> TYPES =
            Stream.of(TensorType.values()).filter(TensorType::computable).toList();

    private final Random random;
    private final GraphBuilder builder = new GraphBuilder();
    private final List<Value> floats = new ArrayList<>();
    private final List<Rope> ropes = new ArrayList<>();
    private int weights;

    private RandomGraphs(long seed) {
        this.random = new Random(seed);
    }

    static Graph withSeed(long seed) {
        return new RandomGraphs(seed).graph();
    }

    private Graph graph() {
        Weight table = matrix(width(), 1 + random.nextInt(99));
        Optional<Weight> positions = random.nextBoolean() ? Optional.of(matrix(table.columns(), 9)) : Optional.empty();
        floats.add(builder.add(new Op.Embedding(table, positions)));
        for (int i = random.nextInt(20); i >= 0; i--) {
            step();
        }
        builder.add(new Op.Linear(any(), matrix(floats.getLast().width(), 7)));
        return builder.build(name(), random.nextInt(1 << 20));
    }

    private void step() {
        Value x = any();
        Value y = switch (random.nextInt(13)) {
            case 0 -> builder.add(new Op.RmsNorm(x, vector(x.width() / (1 + random.nextInt(2))), random.nextFloat()));
            case 1 -> builder.add(new Op.Bias(x, vector(x.width())));
            case 2 -> builder.add(new Op.Add(x, x));
            case 3 -> builder.add(new Op.Gated(Activation.values()[random.nextInt(3)], x, x));
            case 4 -> builder.add(new Op.Linear(quantized(x), quantizedMatrix(x.width())));
            case 5 -> attention(x);
            case 6 -> builder.add(new Op.Scale(x, random.nextFloat() - 0.5f));
            case 7 -> builder.add(new Op.SoftCap(x, 1 + random.nextFloat()));
            case 8 -> builder.add(new Op.LayerNorm(x, vector(x.width()), random.nextFloat()));
            case 9 -> builder.add(new Op.Activate(Activation.values()[random.nextInt(2)], x));
            case 10 -> builder.add(new Op.RowGate(x, builder.add(new Op.Linear(x, matrix(x.width(), 1)))));
            case 11 -> heads(x);
            default -> experts(x);
        };
        floats.add(y);
    }

    private Value any() {
        Value value = floats.get(random.nextInt(floats.size()));
        floats.remove(value);
        floats.add(value);
        return value;
    }

    private Value heads(Value x) {
        List<Op.Weave.Piece> pieces = List.of(new Op.Weave.Piece(0, 1, 2, 3), new Op.Weave.Piece(0, 0, 0, 5));
        Value woven = builder.add(new Op.Weave(List.of(x), 4, pieces, random.nextInt(3)));
        Weight stack = new Weight(name(), TensorType.F16, woven.width() / 4, 8 * (1 + random.nextInt(9)), 4);
        return builder.add(new Op.HeadLinear(woven, stack));
    }

    private Value attention(Value x) {
        int kvHeads = 1 + random.nextInt(3);
        int heads = kvHeads * (1 + random.nextInt(3));
        int headSize = 2 * (1 + random.nextInt(8));
        Value q = builder.add(new Op.Linear(x, matrix(x.width(), heads * headSize)));
        Value k = builder.add(new Op.Linear(x, matrix(x.width(), kvHeads * headSize)));
        Optional<Weight> sinks = random.nextBoolean() ? Optional.of(vector(heads)) : Optional.empty();
        Scoring scoring = new Scoring(random.nextInt(3), random.nextInt(2) * random.nextFloat(), sinks);
        Value mixed = builder.add(new Op.Attention(
                q, k, k, weights, heads, kvHeads, headSize, rope(headSize), random.nextFloat(), scoring));
        return builder.add(new Op.Linear(mixed, matrix(mixed.width(), width())));
    }

    private Rope rope(int headSize) {
        List<Rope> known =
                ropes.stream().filter(rope -> rope.width() <= headSize).toList();
        if (!known.isEmpty() && random.nextBoolean()) {
            return known.getFirst();
        }
        List<Double> frequencies =
                random.doubles(random.nextInt(headSize / 2 + 1)).boxed().toList();
        Rope rope = new Rope(
                Rope.Pairing.values()[random.nextInt(2)],
                frequencies,
                Math.exp(40 * random.nextGaussian()),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new Rope.Growth(random.nextDouble(), 1 + random.nextInt(9))));
        ropes.add(rope);
        return rope;
    }

    private Value experts(Value x) {
        int experts = 1 + random.nextInt(5);
        Value scores = builder.add(new Op.Linear(x, matrix(x.width(), experts)));
        Routing.Weighing weighing = Routing.Weighing.values()[random.nextInt(4)];
        Optional<Weight> bias =
                weighing.sigmoid() && random.nextBoolean() ? Optional.of(vector(experts)) : Optional.empty();
        float scale = random.nextBoolean() ? 1 : random.nextFloat();
        Value choice =
                builder.add(new Op.Route(scores, new Routing(1 + random.nextInt(experts), weighing, scale, bias)));
        Weight up = new Weight(name(), TensorType.Q8_0, x.width(), width(), experts);
        Value hidden = builder.add(new Op.ExpertLinear(quantized(x), choice, up));
        Weight down = new Weight(name(), TensorType.F16, up.rows(), x.width(), experts);
        Value mixed = builder.add(new Op.ExpertLinear(hidden, choice, down));
        Weight biases = new Weight(name(), TensorType.F32, x.width(), experts, 1);
        return builder.add(new Op.ExpertSum(builder.add(new Op.ExpertBias(mixed, choice, biases)), choice));
    }

    private Value quantized(Value x) {
        return builder.add(new Op.Quantize(x, random.nextBoolean() ? RowKind.Q8 : RowKind.Q16));
    }

    private Weight quantizedMatrix(int columns) {
        List<TensorType> fitting = TYPES.stream()
                .filter(type -> type.quantized() && columns % type.blockElements() == 0)
                .toList();
        return new Weight(name(), fitting.get(random.nextInt(fitting.size())), columns, width(), 1);
    }

    private Weight matrix(int columns, int rows) {
        return new Weight(name(), TensorType.BF16, columns, rows, 1);
    }

    private Weight vector(int columns) {
        return new Weight(name(), TensorType.F32, columns, 1, 1);
    }

    private int width() {
        return 32 * (1 + random.nextInt(16));
    }

    /** Unique, with everything that has to be escaped. */
    private String name() {
        String letters = "a.\"\\\n\u0001%!ü\ud83d\ude00 u";
        StringBuilder name = new StringBuilder().append(weights++);
        random.ints(random.nextInt(6), 0, letters.length()).forEach(i -> name.append(letters.charAt(i)));
        return name.toString();
    }
}
