package dev.lockstep.compiler.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.model.Routing;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedules that tell how fast large models are compute what they should: the same code, for models whose values can be simulated. */
class DecodeValuesTest {
    private static final Machine MACHINE = Machine.lpuV1();

    @ParameterizedTest
    @CsvSource({
        // weights, topology, chips, chips a stage, stages, width, heads, key heads, size of a head, hidden, positions
        "INT8, NODE, 8, 8, 1, 320, 8, 8, 32, 512, 1",
        "INT8, NODE, 8, 8, 1, 512, 24, 8, 128, 12800, 3",
        "INT8, DRAGONFLY, 72, 32, 2, 640, 32, 8, 32, 1024, 3",
        "INT8, NODE, 8, 8, 1, 288, 6, 6, 48, 768, 3",
        "INT8, NODE, 8, 8, 1, 640, 10, 2, 32, 512, 3",
        "INT8, NODE, 8, 8, 1, 960, 8, 8, 32, 1024, 3",
        "INT8, DRAGONFLY, 24, 8, 3, 640, 16, 16, 32, 2560, 700",
        "INT8, QUADFOUR_LINE, 64, 32, 2, 640, 64, 8, 32, 1024, 330",
        "INT8, DRAGONFLY, 16, 8, 2, 640, 16, 16, 32, 2560, 330",
        "FP16, NODE, 8, 8, 1, 960, 32, 8, 32, 5120, 3",
        "FP16, DRAGONFLY, 16, 8, 2, 640, 16, 16, 32, 2560, 330",
        "FP16, QUADFOUR_LINE, 64, 32, 2, 640, 64, 8, 32, 1024, 3"
    })
    void shouldComputeWhatTheModelSays(
            WeightPrecision precision,
            Topology topology,
            int chips,
            int tensor,
            int stages,
            int width,
            int heads,
            int keyHeads,
            int headSize,
            int hidden,
            int positions) {
        ModelSizes model = model(width, heads, keyHeads, headSize, new FeedForwardSizes(hidden, 1, 1, 0), 2);
        HeadSplit split = tensor > keyHeads ? HeadSplit.COPIED_KEYS : HeadSplit.BY_KEY_HEADS;

        requireRight(
                question(model, topology, chips, positions, precision),
                Partition.even(tensor, stages, 2, split, precision),
                1);
    }

    /** Sums that every chip adds for itself, from its node or from all nodes of a stage. */
    @ParameterizedTest
    @CsvSource({
        // topology, chips, chips a stage, stages, width, layers
        "NODE, 4, 4, 1, 320, 1",
        "NODE, 8, 8, 1, 960, 2",
        "QUADFOUR_LINE, 24, 8, 3, 640, 2",
        "DRAGONFLY, 40, 32, 1, 640, 1"
    })
    void shouldComputeWithOneShotSums(Topology topology, int chips, int tensor, int stages, int width, int layers) {
        ModelSizes model = model(width, 8, 8, 32, new FeedForwardSizes(1024, 1, 1, 0), layers);
        HeadSplit split = tensor > 8 ? HeadSplit.COPIED_KEYS : HeadSplit.BY_KEY_HEADS;
        Partition partition = Partition.even(tensor, stages, layers, split, WeightPrecision.INT8)
                .with(SumForm.ONE_SHOT);

        LpuProgram program = requireRight(question(model, topology, chips, 3, WeightPrecision.INT8), partition, 1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** Users are in different stages at the same time, each with a cache of its own. */
    @ParameterizedTest
    @CsvSource({"QUADFOUR_LINE, 4, 40", "DRAGONFLY, 3, 330"})
    void shouldComputeForUsersWhoTakeTurns(Topology topology, int users, int positions) {
        ModelSizes model = model(640, 16, 8, 32, new FeedForwardSizes(1024, 1, 1, 0), 2);

        LpuProgram program = requireRight(
                question(model, topology, 24, positions, WeightPrecision.INT8),
                Partition.even(8, 3, 2, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8),
                users);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** Rows of a step see those before them, and what wrong guesses have left is replaced; the edge of a block of 320 positions lies among the rows. */
    @ParameterizedTest
    @CsvSource({
        // weights, topology, chips, stages, heads, rows, first position
        "INT8, NODE, 8, 1, 8, 4, 318",
        "INT8, QUADFOUR_LINE, 16, 2, 16, 2, 5",
        "FP16, DRAGONFLY, 24, 3, 8, 4, 638"
    })
    void shouldGiveTheLogitsOfSingleStepsForEachRow(
            WeightPrecision precision, Topology topology, int chips, int stages, int heads, int rows, int first) {
        ModelSizes model = model(640, heads, 8, 32, new FeedForwardSizes(1024, 1, 1, 0), 2);
        Partition partition = Partition.even(8, stages, 2, HeadSplit.BY_KEY_HEADS, precision);
        Question question = question(model, topology, chips, 4096, precision);
        int accepted = rows / 2;

        try (DecodeRun run = new DecodeRun(question, partition, users(question, 1, first))) {
            LpuProgram program = run.rows(rows);
            assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
            run.backTo(first + accepted);
            run.rows(rows - accepted);
        }
    }

    /** What a step has kept is what the next one sees, where blocks of 320 positions are filled and where the first block of a hemisphere's next array begins. */
    @ParameterizedTest
    @CsvSource({
        // first position, steps, room, size of a head
        "318, 5, 4096, 32",
        "639, 3, 4096, 32",
        "639, 3, 1300, 160",
        "1278, 4, 1300, 160"
    })
    void shouldGoOnFromPositionToPosition(int first, int steps, int context, int headSize) {
        ModelSizes model = model(320, 8, 8, headSize, new FeedForwardSizes(512, 1, 1, 0), 2);
        Partition partition = Partition.even(8, 1, 2, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8);
        Question question = question(model, Topology.NODE, 8, context, WeightPrecision.INT8);
        try (DecodeRun run = new DecodeRun(question, partition, users(question, 1, first))) {
            for (int step = 0; step < steps; step++) {
                run.step();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // weights, topology, chips, stages, width, hidden, experts, used, hidden beside them
        "INT8, NODE, 8, 1, 960, 512, 8, 2, 0",
        "INT8, QUADFOUR_LINE, 16, 2, 640, 2816, 6, 3, 512",
        "INT8, NODE, 8, 1, 640, 512, 12, 4, 2816",
        "INT8, NODE, 8, 1, 640, 256, 33, 8, 0",
        "INT8, NODE, 8, 1, 960, 256, 20, 4, 256",
        "FP16, NODE, 8, 1, 640, 4096, 3, 2, 0",
        "FP16, NODE, 8, 1, 640, 256, 12, 4, 512"
    })
    void shouldChooseExperts(
            WeightPrecision precision,
            Topology topology,
            int chips,
            int stages,
            int width,
            int hidden,
            int experts,
            int used,
            int shared) {
        ModelSizes model = model(width, 8, 8, 32, new FeedForwardSizes(hidden, experts, used, shared), 1);

        LpuProgram program = requireRight(
                question(model, topology, chips, 3, precision),
                Partition.even(8, stages, 1, HeadSplit.BY_KEY_HEADS, precision),
                1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // hidden, experts, used, hidden beside them, scores, biased, groups, groups used, tops, normalized, factor
        "512, 12, 4, 0, SOFTMAX, false, 1, 1, 1, false, 1",
        "512, 12, 4, 256, SIGMOID, true, 1, 1, 1, true, 2.5",
        "256, 200, 4, 0, SOFTMAX, false, 1, 1, 1, true, 1",
        "256, 24, 4, 0, SIGMOID, true, 4, 2, 2, true, 1",
        "256, 256, 8, 256, SIGMOID, true, 8, 4, 2, true, 2.5",
        "256, 24, 3, 0, SOFTMAX, false, 6, 2, 1, false, 16"
    })
    void shouldChooseExpertsInOtherWays(
            int hidden,
            int experts,
            int used,
            int shared,
            Routing.Scores scores,
            boolean biased,
            int groups,
            int groupsUsed,
            int tops,
            boolean normalized,
            double factor) {
        var routing = new Routing(scores, biased, groups, groupsUsed, tops, normalized, factor);
        ModelSizes model = model(640, 8, 8, 32, new FeedForwardSizes(hidden, experts, used, shared, false, routing), 1);

        LpuProgram program = requireRight(
                question(model, Topology.NODE, 8, 3, WeightPrecision.INT8),
                Partition.even(8, 1, 1, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8),
                1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** What all tokens use counts as much as a sigmoid of their own rows says. */
    @ParameterizedTest
    @CsvSource({
        // weights, width, hidden, experts, used, hidden beside them, normalized
        "INT8, 640, 256, 12, 4, 512, false",
        "INT8, 320, 2560, 6, 2, 8192, true",
        "FP16, 640, 256, 12, 4, 2560, true"
    })
    void shouldWeighWhatAllTokensUse(
            WeightPrecision precision, int width, int hidden, int experts, int used, int shared, boolean normalized) {
        var routing = new Routing(Routing.Scores.SOFTMAX, false, 1, 1, 1, normalized, 1);
        ModelSizes model =
                model(width, 8, 8, 32, new FeedForwardSizes(hidden, experts, used, shared, true, routing), 1);

        LpuProgram program = requireRight(
                question(model, Topology.NODE, 8, 3, precision),
                Partition.even(8, 1, 1, HeadSplit.BY_KEY_HEADS, precision),
                1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** Stages with parts of a layer's experts choose for themselves, pass the residual on, and add to what those before have given. */
    @ParameterizedTest
    @CsvSource({
        // topology, chips, chips a stage, parts, hidden, experts, used, hidden beside them
        "QUADFOUR_LINE, 24, 8, 2, 512, 9, 3, 0",
        "DRAGONFLY, 48, 8, 3, 256, 24, 4, 256",
        "QUADFOUR_LINE, 96, 32, 3, 1024, 24, 4, 1024"
    })
    void shouldSpreadExpertsOverStages(
            Topology topology, int chips, int tensor, int parts, int hidden, int experts, int used, int shared) {
        var routing = new Routing(Routing.Scores.SIGMOID, true, 3, 2, 2, true, 2.5);
        ModelSizes model =
                model(640, 32, 8, 32, new FeedForwardSizes(hidden, experts, used, shared, false, routing), 1);
        // Attention is with the first part of the experts, the output matrix with the last.
        List<Piece> pieces = new ArrayList<>(List.of(Piece.whole(0)));
        List<Integer> cuts = new ArrayList<>(List.of(0));
        for (int part = 0; part < parts; part++) {
            pieces.add(new Piece(1, part, parts));
            cuts.add(pieces.size());
        }
        HeadSplit split = tensor > 8 ? HeadSplit.COPIED_KEYS : HeadSplit.BY_KEY_HEADS;

        LpuProgram program = requireRight(
                question(model, topology, chips, 3, WeightPrecision.INT8),
                new Partition(tensor, pieces, cuts, split, WeightPrecision.INT8),
                1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** A small model of the build of DeepSeek-V3: latent attention, experts from groups over several stages, a network that all tokens use, users who take turns. */
    @Test
    void shouldComputeWhatDeepSeekSays() {
        List<Piece> pieces = List.of(
                Piece.whole(0),
                new Piece(1, 0, 2),
                new Piece(1, 1, 2),
                Piece.whole(2),
                new Piece(3, 0, 2),
                new Piece(3, 1, 2));

        LpuProgram program = requireRight(
                question(deepSeek(2), Topology.QUADFOUR_LINE, 24, 330, WeightPrecision.INT8),
                new Partition(8, pieces, List.of(0, 2, 5, 6), HeadSplit.COPIED_KEYS, WeightPrecision.INT8),
                2);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    /** Its rows of a step, over the edge of a block of 320 positions. */
    @Test
    void shouldComputeRowsOfDeepSeek() {
        List<Piece> pieces = List.of(Piece.whole(0), new Piece(1, 0, 2), new Piece(1, 1, 2));
        Partition partition = new Partition(8, pieces, List.of(0, 2, 3), HeadSplit.COPIED_KEYS, WeightPrecision.INT8);
        Question question = question(deepSeek(1), Topology.QUADFOUR_LINE, 16, 640, WeightPrecision.INT8);

        try (DecodeRun run = new DecodeRun(question, partition, users(question, 1, 318))) {
            assertThat(new LegalityChecker(MACHINE).check(run.rows(3))).isEmpty();
            run.backTo(319);
            run.rows(2);
        }
    }

    private static ModelSizes deepSeek(int layers) {
        var routing = new Routing(Routing.Scores.SIGMOID, true, 4, 2, 2, true, 2.5);
        var layer = new LayerSizes(
                new AttentionSizes.Latent(32, 320, 256, 64, 64, 64),
                new FeedForwardSizes(256, 24, 4, 256, false, routing));
        return new ModelSizes("small", 640, Collections.nCopies(layers, layer), 512, 4096, false);
    }

    /** Keys and values are one compressed vector of each position, and queries come out in its space. */
    @ParameterizedTest
    @CsvSource({
        // topology, chips, chips a stage, stages, width, heads, rank of queries, rank of keys, plain, rotary, value,
        // positions
        "NODE, 8, 8, 1, 640, 16, 0, 64, 32, 32, 32, 1",
        "NODE, 8, 8, 1, 640, 16, 192, 64, 32, 32, 48, 5",
        "DRAGONFLY, 24, 8, 3, 640, 32, 640, 512, 64, 64, 128, 700",
        "QUADFOUR_LINE, 64, 32, 2, 640, 16, 0, 512, 64, 64, 64, 330"
    })
    void shouldAttendToCompressedKeys(
            Topology topology,
            int chips,
            int tensor,
            int stages,
            int width,
            int heads,
            int queryRank,
            int kvRank,
            int plain,
            int rotary,
            int value,
            int positions) {
        var attention = new AttentionSizes.Latent(heads, queryRank, kvRank, plain, rotary, value);
        var layer = new LayerSizes(attention, new FeedForwardSizes(512, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", width, Collections.nCopies(2, layer), 512, 4096, false);

        LpuProgram program = requireRight(
                question(model, topology, chips, positions, WeightPrecision.INT8),
                Partition.even(tensor, stages, 2, HeadSplit.COPIED_KEYS, WeightPrecision.INT8),
                1);

        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
    }

    private static LpuProgram requireRight(Question question, Partition partition, int users) {
        try (DecodeRun run = new DecodeRun(question, partition, users(question, users))) {
            return run.step();
        }
    }

    /** Users whose next position is the question's last. */
    private static List<SmallDecoder> users(Question question, int count) {
        return users(question, count, question.context() - 1);
    }

    private static List<SmallDecoder> users(Question question, int count, int position) {
        return IntStream.range(0, count)
                .mapToObj(user -> new SmallDecoder(question.model(), question.precision(), user, position))
                .toList();
    }

    private static ModelSizes model(
            int width, int heads, int keyHeads, int headSize, FeedForwardSizes feedForward, int layers) {
        var layer =
                new LayerSizes(new AttentionSizes.Grouped(heads, keyHeads, headSize, Integer.MAX_VALUE), feedForward);
        return new ModelSizes("small", width, Collections.nCopies(layers, layer), 512, 4096, false);
    }

    private static Question question(
            ModelSizes model, Topology topology, int chips, int positions, WeightPrecision precision) {
        return new Question(model, MACHINE, topology, chips, positions, 1, precision, Objective.LATENCY);
    }
}
