package dev.lockstep.graph.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.RowKind;
import dev.lockstep.graph.Scoring;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation against its definition in float64. */
class OperationsTest {
    static Stream<TensorType> computableTypes() {
        return Stream.of(TensorType.values()).filter(TensorType::computable);
    }

    @ParameterizedTest
    @MethodSource("computableTypes")
    void linearShouldBeTheSumOfProducts(TensorType type) {
        int columns = 768;
        int rows = 5;
        Tensor matrix = tensor(type, columns, rows);
        Rows.Floats x = random(3, columns, 1);
        Rows.Quantized quantized = QuantizeReference.quantize(x, RowKind.Q8);
        int[] from = {2, 0};
        int[] to = {0, 1};
        float[] y = new float[2 * rows];

        LinearReference.multiply(matrix, type.quantized() ? quantized : x, from, y, to);

        for (int i = 0; i < 2; i++) {
            for (int row = 0; row < rows; row++) {
                float[] w = new float[columns];
                Dequantizer.dequantizeRow(matrix, row, w, 0);
                double expected = 0;
                double magnitude = 0;
                for (int k = 0; k < columns; k++) {
                    int at = from[i] * columns + k;
                    double activation = type.quantized()
                            ? (double) quantized.scales()[at / 32] * quantized.quants()[at]
                            : x.data()[at];
                    expected += w[k] * activation;
                    magnitude += Math.abs(w[k] * activation);
                }
                assertThat((double) y[to[i] * rows + row]).isCloseTo(expected, within(magnitude * 1e-6));
            }
        }
    }

    @Test
    void quantizeShouldRoundToHalfAStep() {
        Rows.Floats x = random(4, 64, 2);
        Rows.Quantized q = QuantizeReference.quantize(x, RowKind.Q8);

        for (int i = 0; i < x.data().length; i++) {
            float d = q.scales()[i / 32];
            assertThat(d * q.quants()[i]).isCloseTo(x.data()[i], within(d * 0.50001f));
        }
        for (int half = 0; half < q.sums().length; half++) {
            int first = 16 * half;
            assertThat(q.sums()[half])
                    .isEqualTo(IntStream.range(first, first + 16)
                            .map(i -> q.quants()[i])
                            .sum());
        }
    }

    /** Dividing by the scale instead would round about one value in a million differently. */
    @Test
    void quantizeShouldMultiplyByTheRoundedInverse() {
        Rows.Floats x = random(40_000, 32, 10);
        Rows.Quantized q = QuantizeReference.quantize(x, RowKind.Q8);
        int differences = 0;
        for (int i = 0; i < x.data().length; i++) {
            float largest = 0;
            for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
                largest = Math.max(largest, Math.abs(x.data()[j]));
            }
            assertThat((int) q.quants()[i]).isEqualTo((int) Math.rint(x.data()[i] * (127f / largest)));
            differences += q.quants()[i] == (int) Math.rint(x.data()[i] / (largest / 127f)) ? 0 : 1;
        }
        assertThat(differences).isPositive();
    }

    @Test
    void quantizeShouldUseTheWholeRangeAndFlushTinyBlocksToZero() {
        float[] data = new float[96];
        data[3] = -5f;
        data[40] = 0x1p-101f;
        data[70] = 0x1p-100f;
        Rows.Quantized q = QuantizeReference.quantize(new Rows.Floats(96, data), RowKind.Q8);

        assertThat(q.quants()[3]).isEqualTo((byte) -127);
        assertThat(q.scales()[0]).isEqualTo(5f / 127f);
        assertThat(q.scales()[1]).isZero();
        assertThat(q.quants()[40]).isZero();
        assertThat(q.quants()[70]).isEqualTo((byte) 127);
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "16", "64", "100"})
    void rmsNormShouldDivideByTheRootMeanSquare(int width) {
        Rows.Floats x = random(3, width, 3);
        float[] gain = random(1, width, 4).data();
        Rows.Floats y = NormReference.rmsNorm(x, gain, 0.01f);

        for (int row = 0; row < 3; row++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += Math.pow(x.data()[row * width + i], 2);
            }
            for (int i = 0; i < width; i++) {
                double expected = x.data()[row * width + i] / Math.sqrt(squares / width + 0.01f) * gain[i];
                assertThat((double) y.data()[row * width + i]).isCloseTo(expected, within(1e-6));
            }
        }
    }

    /** 150 positions are two whole KV blocks and a part of a third. */
    @ParameterizedTest
    @EnumSource
    void attentionShouldBeTheSoftmaxOfRotatedProducts(Rope.Pairing pairing) {
        assertSoftmaxAttention(new Rope(pairing, List.of(1.0, 0.3, 0.01), 1.2), 0, 0, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 64, 100})
    void attentionShouldSeeAWindow(int window) {
        assertSoftmaxAttention(new Rope(Rope.Pairing.HALVES, List.of(1.0, 0.3, 0.01), 1), window, 0, Optional.empty());
    }

    @Test
    void attentionShouldCapScoresAndHeedSinks() {
        Rope rope = new Rope(Rope.Pairing.HALVES, List.of(1.0, 0.3, 0.01), 1);
        assertSoftmaxAttention(rope, 0, 0.2f, Optional.empty());
        assertSoftmaxAttention(rope, 20, 0.3f, Optional.of(new float[] {-1, 5, 0.5f, 1}));
    }

    private static void assertSoftmaxAttention(Rope rope, int window, float cap, Optional<float[]> sinks) {
        int tokens = 150;
        Optional<Weight> sinkWeight = sinks.map(scores -> new Weight("sinks", TensorType.F32, scores.length, 1, 1));
        Scoring scoring = new Scoring(window, cap, sinkWeight);
        Op.Attention op = new Op.Attention(value(32), value(16), value(16), 3, 4, 2, 8, rope, 0.35f, scoring);
        Rows.Floats q = random(tokens, 32, 5);
        Rows.Floats k = random(tokens, 16, 6);
        Rows.Floats v = random(tokens, 16, 7);
        Rows.Floats y = AttentionReference.attend(op, q, k, v, sinks, oneSequence(tokens), KvType.F32);

        for (int t = 0; t < tokens; t += 7) {
            for (int head = 0; head < 4; head++) {
                double[] expected = softmaxAttention(op, sinks, q, k, v, t, head);
                for (int i = 0; i < 8; i++) {
                    assertThat((double) y.data()[t * 32 + head * 8 + i]).isCloseTo(expected[i], within(1e-5));
                }
            }
        }
    }

    private static double[] softmaxAttention(
            Op.Attention op, Optional<float[]> sinks, Rows.Floats q, Rows.Floats k, Rows.Floats v, int t, int head) {
        Rope rope = op.rope();
        int window = op.scoring().window();
        float cap = op.scoring().cap();
        double[] query = rotated(rope, q.data(), t * 32 + head * 8, t);
        double[] result = new double[8];
        double sum = sinks.map(scores -> Math.exp(scores[head])).orElse(0.0);
        for (int position = window == 0 ? 0 : Math.max(0, t + 1 - window); position <= t; position++) {
            int kv = position * 16 + head / 2 * 8;
            double[] key = rotated(rope, k.data(), kv, position);
            double score = 0;
            for (int i = 0; i < 8; i++) {
                score += query[i] * key[i] * 0.35f;
            }
            score = cap == 0 ? score : cap * Math.tanh(score / cap);
            sum += Math.exp(score);
            for (int i = 0; i < 8; i++) {
                result[i] += Math.exp(score) * v.data()[kv + i];
            }
        }
        for (int i = 0; i < 8; i++) {
            result[i] /= sum;
        }
        return result;
    }

    /** As multiplication of complex numbers; the last two elements of a head are beyond the rotated width. */
    private static double[] rotated(Rope rope, float[] x, int start, int position) {
        double[] y = new double[8];
        for (int i = 0; i < 8; i++) {
            y[i] = x[start + i];
        }
        for (int pair = 0; pair < 3; pair++) {
            boolean interleaved = rope.pairing() == Rope.Pairing.INTERLEAVED;
            int a = interleaved ? 2 * pair : pair;
            int b = interleaved ? 2 * pair + 1 : pair + 3;
            double angle = position * rope.frequencies().get(pair);
            double cos = Math.cos(angle) * rope.magnitude();
            double sin = Math.sin(angle) * rope.magnitude();
            y[a] = x[start + a] * cos - x[start + b] * sin;
            y[b] = x[start + a] * sin + x[start + b] * cos;
        }
        return y;
    }

    @Test
    void routeShouldChooseTheLargestAndTheFirstAmongEquals() {
        float[] scores = {1, 3, 3, 2, 0, 0, 0, 0, Float.NaN, Float.NaN, Float.NaN, Float.NaN};
        Rows.Choices choices = RouteReference.route(new Rows.Floats(4, scores), Routing.of(3), Optional.empty());

        assertThat(choices.experts()).startsWith(1, 2, 3, 0, 1, 2);
        double sum = 2 + Math.exp(-1);
        assertThat(choices.weights()[0]).isCloseTo((float) (1 / sum), within(1e-6f));
        assertThat(choices.weights()[2]).isCloseTo((float) (Math.exp(-1) / sum), within(1e-6f));
        assertThat(choices.weights()[3]).isCloseTo(1 / 3f, within(1e-6f));
    }

    /** Scores 0, 2, 1 and -1; the bias lifts the last expert above the others. */
    @ParameterizedTest
    @CsvSource({
        "CHOSEN,        1, false, 1, 2, 0.731059, 0.268941",
        "ALL,           2, false, 1, 2, 1.287828, 0.473766",
        "SIGMOID,       1, false, 1, 2, 0.880797, 0.731059",
        "SIGMOID_SHARE, 3, false, 1, 2, 1.639347, 1.360653",
        "SIGMOID_SHARE, 1, true,  3, 1, 0.233916, 0.766084"
    })
    void routeShouldWeighAsItIsTold(
            Routing.Weighing weighing, float scale, boolean biased, int first, int second, float weight, float other) {
        float[] bias = {0, 0, 0, 10};
        Optional<float[]> biases = biased ? Optional.of(bias) : Optional.empty();
        Optional<Weight> vector = biases.map(b -> new Weight("bias", TensorType.F32, b.length, 1, 1));
        Rows.Floats scores = new Rows.Floats(4, new float[] {0, 2, 1, -1});

        Rows.Choices choices = RouteReference.route(scores, new Routing(2, weighing, scale, vector), biases);

        assertThat(choices.experts()).containsExactly(first, second);
        assertThat(choices.weights()[0]).isCloseTo(weight, within(2e-6f));
        assertThat(choices.weights()[1]).isCloseTo(other, within(2e-6f));
    }

    @Test
    void expertsShouldHaveTheirOwnBiases() {
        Rows.Choices choices = new Rows.Choices(2, new int[] {2, 0, 1, 1}, new float[4]);
        Rows.Floats x = new Rows.Floats(4, new float[] {1, 2, 3, 4, 5, 6, 7, 8});

        assertThat(ExpertReference.bias(x, choices, new float[] {10, 20, 30, 40, 50, 60})
                        .data())
                .containsExactly(51, 62, 13, 24, 35, 46, 37, 48);
    }

    @Test
    void weaveShouldPutPiecesOfHeadsSideBySide() {
        Op.Weave weave = new Op.Weave(
                List.of(value(4), value(2)),
                2,
                List.of(new Op.Weave.Piece(1, 0, 0, 2), new Op.Weave.Piece(0, 1, 2, 1)),
                1);
        Rows.Floats x = new Rows.Floats(4, new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        Rows.Floats shared = new Rows.Floats(2, new float[] {10, 20, 30, 40});

        assertThat(ElementwiseReference.weave(weave, List.of(x, shared)).data())
                .containsExactly(10, 20, 2, 0, 10, 20, 4, 0, 30, 40, 6, 0, 30, 40, 8, 0);
    }

    @Test
    void rowGateShouldScaleEachRowByItsSigmoid() {
        Rows.Floats y = ElementwiseReference.rowGate(
                new Rows.Floats(2, new float[] {1, 2, 3, 4}), new Rows.Floats(1, new float[] {0, 2}));

        assertThat(y.data()).startsWith(0.5f, 1f);
        assertThat(y.data()[3]).isCloseTo(4 * 0.880797f, within(1e-5f));
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "16", "64", "100"})
    void layerNormShouldHaveMeanZeroAndVarianceOneBeforeItsGain(int width) {
        Rows.Floats x = random(3, width, 3);
        float[] gain = random(1, width, 4).data();
        Rows.Floats y = NormReference.layerNorm(x, gain, 0.01f);

        for (int row = 0; row < 3; row++) {
            double[] values = new double[width];
            for (int i = 0; i < width; i++) {
                values[i] = x.data()[row * width + i];
            }
            double mean = DoubleStream.of(values).average().orElseThrow();
            double variance =
                    DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum() / width;
            for (int i = 0; i < width; i++) {
                double expected = (values[i] - mean) / Math.sqrt(variance + 0.01f) * gain[i];
                assertThat((double) y.data()[row * width + i]).isCloseTo(expected, within(1e-6));
            }
        }
    }

    @Test
    void expertsShouldEachSeeTheirOwnRows() {
        Tensor matrices = new Tensor("experts", TensorType.F32, 32, 2, 3, filled(TensorType.F32, 32 * 6));
        Rows.Choices choices = new Rows.Choices(2, new int[] {2, 0, 1, 2}, new float[] {0.75f, 0.25f, 0.5f, 0.5f});
        Rows.Floats shared = random(2, 32, 8);
        Rows.Floats own = new Rows.Floats(64, random(4, 32, 8).data());

        Rows.Floats fromShared = ExpertReference.linear(matrices, shared, choices, false);
        Rows.Floats fromOwn = ExpertReference.linear(matrices, own, choices, true);

        for (int slot = 0; slot < 4; slot++) {
            float[] expected = product(matrices.matrix(choices.experts()[slot]), shared.data(), slot / 2 * 32);
            assertThat(fromShared.data()[2 * slot]).isEqualTo(expected[0]);
            assertThat(fromShared.data()[2 * slot + 1]).isEqualTo(expected[1]);
            assertThat(fromOwn.data()[2 * slot])
                    .isEqualTo(product(matrices.matrix(choices.experts()[slot]), own.data(), slot * 32)[0]);
        }
        Rows.Floats sum = ExpertReference.sum(fromShared, choices);
        assertThat(sum.data()[1])
                .isCloseTo(0.75f * fromShared.data()[1] + 0.25f * fromShared.data()[3], within(1e-6f));
    }

    private static float[] product(Tensor matrix, float[] x, int start) {
        float[] row = new float[32];
        System.arraycopy(x, start, row, 0, 32);
        float[] y = new float[2];
        LinearReference.multiply(matrix, new Rows.Floats(32, row), new int[] {0}, y, new int[] {0});
        return y;
    }

    private static StepTokens oneSequence(int tokens) {
        StepTokens step = new StepTokens(new int[tokens], new ReferenceSequence[tokens], new int[tokens]);
        ReferenceSequence sequence = new ReferenceSequence(_ -> {});
        for (int t = 0; t < tokens; t++) {
            step.sequences()[t] = sequence;
            step.positions()[t] = t;
        }
        return step;
    }

    private static Value value(int width) {
        return new Value(0, RowKind.F32, width);
    }

    private static Rows.Floats random(int rows, int width, long seed) {
        Random random = new Random(seed);
        Rows.Floats x = Rows.Floats.of(rows, width);
        for (int i = 0; i < x.data().length; i++) {
            x.data()[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static Tensor tensor(TensorType type, int columns, int rows) {
        return new Tensor("w", type, columns, rows, 1, filled(type, columns * rows));
    }

    private static MemorySegment filled(TensorType type, int elements) {
        MemorySegment data = MemorySegment.ofArray(new byte[(int) type.bytes(elements)]);
        SyntheticWeights.fill(type, data, 9, 0.1f);
        return data;
    }
}
