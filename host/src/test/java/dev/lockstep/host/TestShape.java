package dev.lockstep.host;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Precision;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import dev.lockstep.tensor.TensorType;
import java.util.List;
import java.util.Random;

/** Sizes of a {@link TestModel}; without changes one dense layer, wide enough for every type of weights. */
public final class TestShape {
    private static final int[] HEAD_SIZES = {8, 16, 24, 32, 64, 128};

    final List<TensorType> types;
    int width = 256;
    int layers = 1;
    int heads = 4;
    int kvHeads = 2;
    int headSize = 64;
    Rope.Pairing pairing = Rope.Pairing.INTERLEAVED;
    int ropePairs = 32;
    boolean growing;
    boolean latent;
    float attentionScale = 0.125f;
    int hidden = 512;
    int experts;
    int expertsUsed;
    Routing.Weighing weighing = Routing.Weighing.CHOSEN;
    boolean shared;
    int vocabulary = 77;
    boolean tied;
    boolean bias;
    boolean headNorms;
    boolean layerNorms;
    boolean positions;
    boolean plain;
    Activation activation = Activation.SILU;
    float scale = 1;
    float cap;
    int window;
    float scoreCap;
    boolean sinks;
    Precision precision = Precision.NORMAL;

    private TestShape(List<TensorType> types) {
        this.types = types;
    }

    /** Matrices take the types in turn; where a row would not fill whole blocks they are Q8_0 or F16. */
    public static TestShape of(TensorType... types) {
        return new TestShape(List.of(types));
    }

    /** For tests of everything but the arithmetic. */
    public static TestShape tiny() {
        return of(TensorType.Q8_0).widths(32, 64).attention(2, 1, 16);
    }

    /** Any combination of everything, of any types. */
    static TestShape random(long seed) {
        Random random = new Random(seed);
        TensorType[] types = new TensorType[1 + random.nextInt(4)];
        for (int i = 0; i < types.length; i++) {
            types[i] = TestModel.TYPES.get(random.nextInt(TestModel.TYPES.size()));
        }
        int unit = random.nextInt(3) == 0 ? 4 : 32; // widths that fill no blocks turn quantised types to F16
        int headSize = HEAD_SIZES[random.nextInt(HEAD_SIZES.length)];
        int kvHeads = 1 + random.nextInt(3);
        TestShape shape = of(types)
                .widths(unit * (1 + random.nextInt(20)), unit * (1 + random.nextInt(40)))
                .attention(kvHeads * (1 + random.nextInt(8)), kvHeads, headSize)
                .rope(Rope.Pairing.values()[random.nextInt(2)], 1 + random.nextInt(headSize / 2))
                .layers(1 + random.nextInt(2))
                .vocabulary(1 + random.nextInt(200));
        if (random.nextInt(3) == 0) {
            int experts = 1 + random.nextInt(6);
            shape.experts(experts, 1 + random.nextInt(experts));
            shape.weighing = Routing.Weighing.values()[random.nextInt(4)];
            shape.shared = random.nextBoolean();
        }
        shape.tied = random.nextInt(3) == 0;
        shape.bias = random.nextInt(3) == 0;
        shape.headNorms = random.nextInt(3) == 0;
        shape.layerNorms = random.nextInt(3) == 0;
        shape.positions = random.nextInt(3) == 0;
        shape.plain = random.nextInt(3) == 0;
        shape.activation = Activation.values()[random.nextInt(shape.plain ? 2 : 3)];
        if (random.nextInt(3) == 0) {
            shape.scaled(0.5f + random.nextFloat(), 1 + random.nextInt(30));
        }
        shape.window = random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0;
        shape.scoreCap = random.nextInt(3) == 0 ? 1 + 4 * random.nextFloat() : 0;
        shape.growing = random.nextInt(3) == 0;
        shape.sinks = random.nextInt(3) == 0;
        shape.precision = Precision.values()[random.nextInt(2)];
        return shape;
    }

    public TestShape widths(int width, int hidden) {
        this.width = width;
        this.hidden = hidden;
        return this;
    }

    public TestShape layers(int layers) {
        this.layers = layers;
        return this;
    }

    /** With all of a head rotated. */
    public TestShape attention(int heads, int kvHeads, int headSize) {
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.headSize = headSize;
        this.attentionScale = (float) (1 / Math.sqrt(headSize));
        return rope(pairing, headSize / 2);
    }

    public TestShape rope(Rope.Pairing pairing, int pairs) {
        this.pairing = pairing;
        this.ropePairs = pairs;
        return this;
    }

    /** Attention to a latent row. */
    public TestShape latent() {
        this.latent = true;
        return this;
    }

    /** Queries grow with their position. */
    public TestShape growing() {
        this.growing = true;
        return this;
    }

    public TestShape attentionScale(float attentionScale) {
        this.attentionScale = attentionScale;
        return this;
    }

    public TestShape experts(int experts, int used) {
        this.experts = experts;
        this.expertsUsed = used;
        return this;
    }

    /** How experts are weighed. */
    public TestShape weigh(Routing.Weighing weighing) {
        this.weighing = weighing;
        return this;
    }

    /** One expert more, for every token, with a gate. */
    public TestShape sharedExpert() {
        this.shared = true;
        return this;
    }

    /** Norms by mean and variance. */
    public TestShape layerNorms() {
        this.layerNorms = true;
        return this;
    }

    /** Learned rows for positions. */
    public TestShape positions() {
        this.positions = true;
        return this;
    }

    /** Feed-forward networks without gates. */
    public TestShape plain() {
        this.plain = true;
        return this;
    }

    public TestShape vocabulary(int vocabulary) {
        this.vocabulary = vocabulary;
        return this;
    }

    /** The embedding is the output matrix, too. */
    public TestShape tied() {
        this.tied = true;
        return this;
    }

    /** Every product has a bias, and layer norms and the choice of experts have one where they can. */
    public TestShape bias() {
        this.bias = true;
        return this;
    }

    /** Every head of queries and keys is normed. */
    public TestShape headNorms() {
        this.headNorms = true;
        return this;
    }

    /** Of the feed-forward networks. */
    public TestShape activation(Activation activation) {
        this.activation = activation;
        return this;
    }

    /** A factor on embeddings and on what blocks add, and a soft cap on logits. */
    public TestShape scaled(float factor, float cap) {
        this.scale = factor;
        this.cap = cap;
        return this;
    }

    /** How many positions a token sees; 0 for all before it. */
    public TestShape window(int window) {
        this.window = window;
        return this;
    }

    /** A soft cap on scores. */
    public TestShape scoreCap(float cap) {
        this.scoreCap = cap;
        return this;
    }

    /** Every query head has a sink. */
    public TestShape sinks() {
        this.sinks = true;
        return this;
    }

    /** What the graph is lowered to. */
    public TestShape precision(Precision precision) {
        this.precision = precision;
        return this;
    }

    @Override
    public String toString() {
        return "%s %d layers of %d-%d, %d/%d heads of %d%s, rope %s %d%s, %d of %d experts %s%s, vocabulary %d%s%s%s%s%s%s, %s, scale %s, cap %s, window %d, scores up to %s%s, %s precision"
                .formatted(
                        types,
                        layers,
                        width,
                        hidden,
                        heads,
                        kvHeads,
                        headSize,
                        latent ? " of a latent row" : "",
                        pairing,
                        ropePairs,
                        growing ? " growing" : "",
                        expertsUsed,
                        experts,
                        weighing.text(),
                        shared ? " and one for all" : "",
                        vocabulary,
                        tied ? ", tied" : "",
                        bias ? ", bias" : "",
                        headNorms ? ", normed heads" : "",
                        layerNorms ? ", layer norms" : "",
                        positions ? ", learned positions" : "",
                        plain ? ", without gates" : "",
                        activation.text(),
                        scale,
                        cap,
                        window,
                        scoreCap,
                        sinks ? " with sinks" : "",
                        precision.text());
    }
}
