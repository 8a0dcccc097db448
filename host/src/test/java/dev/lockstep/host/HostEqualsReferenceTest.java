package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Precision;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.tensor.TensorType;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise of the host machine: the reference interpreter's bits, whatever the threads and the cut into steps. */
class HostEqualsReferenceTest {
    private static final List<TensorType> TYPES = TestModel.TYPES;

    private static void assertEqualsReference(TestModel model, int threads, KvType kvType, int length, int... chunks) {
        int[] tokens = Transcript.randomTokens(length, model.graph().vocabularySize(), 1);
        Transcript expected = Transcript.expected(model, kvType, tokens);
        try (HostMachine host = TestHost.open(model, threads, kvType)) {
            for (int chunk : chunks) {
                expected.assertSame(
                        "%s, %d threads, steps of %d".formatted(model.shape(), threads, chunk),
                        Transcript.of(host, tokens, chunk));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void shouldAgreeForEveryTypeOfWeights(TensorType type) {
        TestModel model = TestModel.of(TestShape.of(type), 7);
        assertEqualsReference(model, 1 + type.ordinal() % 3, KvType.F16, 25, 1, 3, 8, 13, 25);
    }

    @ParameterizedTest
    @FieldSource("TYPES")
    void shouldAgreeForEveryTypeOfWeightsInHighPrecision(TensorType type) {
        TestModel model = TestModel.of(TestShape.of(type).precision(Precision.HIGH), 7);
        assertEqualsReference(model, 1 + type.ordinal() % 3, KvType.F32, 25, 1, 3, 8, 13, 25);
    }

    /** 2048 columns make eight segments, 768 two, and 1280 four of units that do not divide evenly. */
    @ParameterizedTest
    @MethodSource("segmentedTypes")
    void shouldAgreeWhereSumsAreCutIntoSegments(TensorType type) {
        assertEqualsReference(TestModel.of(TestShape.of(type).widths(768, 2048), 3), 2, KvType.F16, 40, 8, 9, 40);
        assertEqualsReference(TestModel.of(TestShape.of(type).widths(1280, 544), 4), 2, KvType.F16, 17, 5, 17);
    }

    static Stream<TensorType> segmentedTypes() {
        return Stream.of(TensorType.F32, TensorType.Q4_0, TensorType.Q6_K);
    }

    @ParameterizedTest
    @MethodSource("threads")
    void shouldAgreeOverSeveralKvBlocks(int threads) {
        TestModel model =
                TestModel.of(TestShape.of(TensorType.Q4_0).widths(64, 96).layers(2), 5);
        assertEqualsReference(model, threads, KvType.F32, 200, 1, 3, 8, 13, 200);
        assertEqualsReference(model, threads, KvType.F16, 200, 1, 32, 64, 65);
        assertEqualsReference(model, threads, KvType.Q8, 200, 1, 7, 64, 130);
    }

    /** Each core takes some tokens with all rows of products, and rows of experts of all tokens. */
    @Test
    void shouldAgreeWhereCoresShareTokens() {
        TestShape shape = TestShape.of(TensorType.Q8_0).widths(64, 96).layers(2);
        assertEqualsReference(TestModel.of(shape.experts(3, 2), 5), 2, KvType.F16, 150, 127, 128, 150);
        assertEqualsReference(TestModel.of(shape.precision(Precision.HIGH), 6), 2, KvType.F32, 150, 128, 150);
    }

    static IntStream threads() {
        return IntStream.rangeClosed(1, 3);
    }

    @ParameterizedTest
    @MethodSource("groups")
    void shouldAgreeForEveryShapeOfAttention(TestShape shape, KvType kvType) {
        assertEqualsReference(TestModel.of(shape.widths(64, 64), 11), 2, kvType, 70, 1, 13, 70);
    }

    /** Heads of 24 end within a vector, heads of 32 do not. */
    @ParameterizedTest
    @ValueSource(ints = {24, 32})
    void shouldAgreeWhereEveryHeadIsNormed(int headSize) {
        TestShape shape = TestShape.of(TensorType.Q8_0)
                .widths(64, 64)
                .attention(6, 3, headSize)
                .headNorms();
        assertEqualsReference(TestModel.of(shape, 12), 3, KvType.F16, 40, 1, 7, 40);
    }

    @Test
    void shouldAgreeWithFactorsCapsAndGelu() {
        TestShape shape = TestShape.of(TensorType.Q4_0, TensorType.F16)
                .widths(96, 160)
                .layers(2)
                .activation(Activation.GELU)
                .scaled(0.22f, 5);
        assertEqualsReference(TestModel.of(shape, 13), 3, KvType.F16, 40, 1, 7, 40);
        assertEqualsReference(TestModel.of(shape.experts(4, 2), 14), 2, KvType.F16, 20, 1, 20);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAgreeForEveryWayOfWeighingExperts(Routing.Weighing weighing) {
        TestShape shape = TestShape.of(TensorType.Q8_0, TensorType.F16)
                .widths(64, 72)
                .attention(2, 1, 16)
                .experts(5, 3)
                .weigh(weighing)
                .sharedExpert()
                .bias()
                .activation(Activation.SWIGLU_OAI);
        assertEqualsReference(TestModel.of(shape, 20), 3, KvType.F16, 13, 1, 5, 13);
    }

    @Test
    void shouldAgreeForLayerNormsLearnedPositionsAndNetworksWithoutGates() {
        TestShape shape = TestShape.of(TensorType.Q4_0, TensorType.F16)
                .widths(100, 160)
                .attention(4, 2, 24)
                .layers(2)
                .layerNorms()
                .positions()
                .plain()
                .activation(Activation.GELU);
        assertEqualsReference(TestModel.of(shape, 21), 3, KvType.F16, 40, 1, 7, 40);
        assertEqualsReference(TestModel.of(shape.bias().widths(96, 160), 22), 2, KvType.F16, 20, 1, 20);
    }

    /** Windows within a block, of whole blocks, across blocks, and of more than there is. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 63, 64, 65, 100, 500})
    void shouldAgreeForEveryWindow(int window) {
        TestShape shape =
                TestShape.of(TensorType.F16).widths(64, 64).attention(6, 3, 16).window(window);
        assertEqualsReference(TestModel.of(shape, 15), 3, KvType.F16, 200, 1, 7, 64, 130);
        assertEqualsReference(TestModel.of(shape.scoreCap(2).sinks(), 16), 2, KvType.F32, 200, 1, 65);
    }

    @Test
    void shouldAgreeForSinksAndCappedScores() {
        TestShape shape = TestShape.of(TensorType.F16).widths(64, 64).attention(6, 2, 24);
        assertEqualsReference(TestModel.of(shape.sinks(), 17), 2, KvType.Q8, 100, 1, 30);
        assertEqualsReference(TestModel.of(shape.scoreCap(1.5f), 18), 2, KvType.F16, 100, 1, 30);
    }

    /** Of 40 elements 8 turn; products of heads have 32 columns, which are rounded, or 24, which are not. */
    @ParameterizedTest
    @EnumSource
    void shouldAgreeForLatentAttention(Precision precision) {
        TestShape shape = TestShape.of(TensorType.Q8_0, TensorType.F16, TensorType.Q4_0)
                .widths(64, 64)
                .attention(6, 1, 40)
                .rope(Rope.Pairing.INTERLEAVED, 4)
                .latent()
                .precision(precision);
        assertEqualsReference(TestModel.of(shape, 24), 3, KvType.F16, 80, 1, 7, 70);
    }

    @Test
    void shouldAgreeWhereQueriesGrow() {
        TestShape shape =
                TestShape.of(TensorType.F16).widths(64, 64).attention(4, 2, 16).growing();
        assertEqualsReference(TestModel.of(shape, 23), 2, KvType.F16, 40, 1, 30);
    }

    @Test
    void shouldAgreeForLayersWithoutPositions() {
        TestShape shape =
                TestShape.of(TensorType.F16).widths(64, 64).attention(4, 2, 16).rope(Rope.Pairing.HALVES, 0);
        assertEqualsReference(TestModel.of(shape, 19), 2, KvType.F16, 40, 1, 30);
    }

    static Stream<Arguments> groups() {
        int[] groups = {1, 2, 3, 4, 7, 8};
        int[] sizes = {8, 16, 24, 32, 64, 128};
        return IntStream.range(0, 6).mapToObj(i -> {
            TestShape shape = TestShape.of(TensorType.F32)
                    .attention(2 * groups[i], 2, sizes[i])
                    .rope(Rope.Pairing.values()[i / 2 % 2], Math.max(1, sizes[i] / 2 - i % 3));
            return Arguments.of(shape, KvType.values()[i % 3]);
        });
    }

    @Test
    void shouldAgreeForWidthsThatFillNoVectors() {
        for (TensorType type : List.of(TensorType.F32, TensorType.F16, TensorType.BF16)) {
            TestShape shape =
                    TestShape.of(type).widths(172, 301).attention(2, 1, 10).vocabulary(33);
            assertEqualsReference(TestModel.of(shape, 2), 2, KvType.F16, 20, 1, 7, 20);
        }
    }

    @Test
    void shouldAgreeForExperts() {
        for (int used = 1; used <= 4; used++) {
            TestShape shape = TestShape.of(TensorType.Q4_K, TensorType.F16)
                    .widths(256, 256)
                    .experts(4, used)
                    .precision(Precision.values()[used % 2]);
            assertEqualsReference(TestModel.of(shape, used), 2, KvType.F16, 13, 1, 5, 13);
        }
    }

    @Test
    void shouldAgreeForTiedEmbeddingsAndBiases() {
        TestShape shape = TestShape.of(TensorType.Q6_K).tied().bias().layers(2);
        assertEqualsReference(TestModel.of(shape, 8), 3, KvType.F16, 17, 1, 4, 17);
    }

    /** Softmax then has terms whose exponent is clamped, and blocks whose factor is all but zero. */
    @Test
    void shouldAgreeWhereScoresDifferHugely() {
        TestShape shape = TestShape.of(TensorType.F32).widths(64, 64).attentionScale(60);
        assertEqualsReference(TestModel.of(shape, 9), 2, KvType.F32, 150, 1, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldAgreeForRandomModels(long seed) {
        TestModel model = TestModel.of(TestShape.random(seed), seed);
        assertEqualsReference(model, 1 + (int) (seed % 3), KvType.values()[(int) (seed % 3)], 20, 1, 6, 20);
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 12);
    }

    @Test
    void aStepOfSeveralSequencesShouldEqualTheirOwnSteps() {
        TestModel model = TestModel.of(TestShape.of(TensorType.Q4_K).layers(2), 21);
        int[] lengths = {1, 70, 5, 64, 33};
        int[][] texts = new int[lengths.length][];
        Transcript[] expected = new Transcript[lengths.length];
        for (int s = 0; s < lengths.length; s++) {
            texts[s] = Transcript.randomTokens(lengths[s], 77, s);
            expected[s] = Transcript.expected(model, KvType.F16, texts[s]);
        }
        Random random = new Random(4);
        try (HostMachine host = TestHost.open(model, 3, KvType.F16)) {
            Sequence[] sequences = IntStream.range(0, lengths.length)
                    .mapToObj(_ -> host.open())
                    .toArray(Sequence[]::new);
            int[] done = new int[lengths.length];
            Step step = new Step(host);
            while (true) {
                step.clear();
                List<int[]> wanted = mixedStep(random, step, sequences, texts, done);
                if (step.size() == 0) {
                    break;
                }
                host.run(step);
                for (int[] place : wanted) { // token of the step, sequence, position
                    assertThat(Transcript.row(step, place[0]))
                            .as("sequence %d, token %d", place[1], place[2])
                            .containsExactly(expected[place[1]].logits().get(place[2]));
                }
            }
            for (Sequence sequence : sequences) {
                sequence.close();
            }
        }
    }

    /** A few tokens of every text that has some left, in mixed order; the logits of about half of them are wanted. */
    private static List<int[]> mixedStep(Random random, Step step, Sequence[] sequences, int[][] texts, int[] done) {
        Stream.Builder<int[]> wanted = Stream.builder();
        for (int round = 0; round < 20; round++) {
            int s = random.nextInt(texts.length);
            if (done[s] < texts[s].length) {
                boolean wants = random.nextBoolean();
                if (wants) {
                    wanted.add(new int[] {step.size(), s, done[s]});
                }
                step.add(sequences[s], texts[s][done[s]++], wants);
            }
        }
        for (int s = 0; step.size() == 0 && s < texts.length; s++) {
            if (done[s] < texts[s].length) {
                step.add(sequences[s], texts[s][done[s]++], false);
            }
        }
        return wanted.build().toList();
    }

    @Test
    void shouldContinueAfterTruncating() {
        TestModel model = TestModel.of(TestShape.tiny(), 6);
        int[] first = Transcript.randomTokens(150, 77, 1);
        try (HostMachine host = TestHost.open(model, 2, KvType.F16);
                Sequence sequence = host.open()) {
            Transcript.continued(host, sequence, first, 50);
            for (int kept : new int[] {129, 128, 65, 64, 63, 1, 0}) {
                sequence.truncate(kept);
                assertThat(sequence.length()).isEqualTo(kept);
                int[] more = Transcript.randomTokens(10, 77, kept);
                int[] whole = IntStream.concat(IntStream.of(first).limit(kept), IntStream.of(more))
                        .toArray();
                Transcript.expected(model, KvType.F16, whole)
                        .from(kept)
                        .assertSame("after " + kept, Transcript.continued(host, sequence, more, 4));
                sequence.truncate(kept);
            }
        }
    }

    @Test
    void shouldGiveTheSameLogitsWhicheverAreWanted() {
        TestModel model = TestModel.of(TestShape.of(TensorType.Q4_0).experts(3, 2), 6);
        int[] tokens = Transcript.randomTokens(30, 77, 1);
        Transcript expected = Transcript.expected(model, KvType.F16, tokens);
        try (HostMachine host = TestHost.open(model, 2, KvType.F16)) {
            for (int pattern = 0; pattern < 6; pattern++) {
                assertWanted(host, tokens, expected, new Random(pattern), pattern / 5f);
            }
        }
    }

    private static void assertWanted(
            Machine host, int[] tokens, Transcript expected, Random random, float probability) {
        Step step = new Step(host);
        try (Sequence sequence = host.open()) {
            for (int token : tokens) {
                step.add(sequence, token, random.nextFloat() < probability);
            }
            host.run(step);
            for (int i = 0; i < tokens.length; i++) {
                if (step.logitsRow(i) >= 0) {
                    assertThat(Transcript.row(step, i))
                            .as("token %d", i)
                            .containsExactly(expected.logits().get(i));
                }
            }
        }
    }
}
