package dev.lockstep.compiler.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelPresets;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Topology;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionSearchTest {
    @Test
    void shouldGiveEveryHalfLayerToOneStage() {
        for (int stages = 1; stages <= 160; stages++) {
            Partition partition = Partition.even(8, stages, 80, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8);
            int next = 0;
            for (int stage = 0; stage < stages; stage++) {
                assertThat(partition.firstHalf(stage)).isEqualTo(next);
                next += partition.halvesOf(stage);
            }
            assertThat(next).isEqualTo(160);
        }
    }

    @Test
    void shouldLeaveRoomForTheOutputMatrixInTheLastStage() {
        PartitionSearch search = PartitionSearch.of(question("llama-3.1-70b", 576, 300, 1));
        Partition partition = search.best().partition();
        Partition even =
                Partition.even(partition.tensor(), partition.stages(), 80, partition.split(), WeightPrecision.INT8);

        assertThat(MemoryNeed.of(search.question(), even).fits()).isFalse();
        assertThat(search.best().memory().fits()).isTrue();
        assertThat(partition.halvesOf(partition.stages() - 1)).isLessThan(even.halvesOf(partition.stages() - 1));
    }

    @Test
    void shouldShareALayerAmongAFewNodesWhenOneUserWaits() {
        PartitionSearch search = PartitionSearch.of(question("llama-2-70b", 576, 300, 1));

        assertThat(search.best().partition().tensor()).isEqualTo(32);
        assertThat(search.best().memory().fits()).isTrue();
        assertThat(search.best().partition().chips()).isLessThanOrEqualTo(576);
    }

    @Test
    void shouldUseFewerChipsWhereMoreOnlyAddHops() {
        Candidate best = PartitionSearch.of(question("llama-2-7b", 576, 300, 1)).best();

        assertThat(best.partition().chips()).isLessThan(100);
        assertThat(best.reason()).contains("spares");
    }

    @Test
    void shouldSayWhatIsMissingWhereAModelDoesNotFit() {
        assertThatThrownBy(() -> PartitionSearch.of(question("llama-2-70b", 64, 300, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not fit on 64 chips")
                .hasMessageContaining("use more chips");
    }

    @Test
    void shouldSayWhereNoNumberOfChipsSuffices() {
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(32, 8, 128, Integer.MAX_VALUE), new FeedForwardSizes(2_000_000, 1, 1, 0));
        ModelSizes model = new ModelSizes("wide", 8192, List.of(layer), 8000, 4096, false);

        assertThatThrownBy(() -> PartitionSearch.of(question(model, 16384, 300, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half a layer of wide")
                .hasMessageContaining("no more can share one");
    }

    @Test
    void shouldSpreadExpertsOverStagesWhereOneHasNoRoomForThem() {
        Question question = question("deepseek-v3", 16384, 300, 1);
        Partition best = PartitionSearch.of(question).best().partition();
        List<Piece> routed =
                best.pieces().stream().filter(piece -> piece.half() == 7).toList();

        assertThat(best.tensor()).isEqualTo(32);
        assertThat(routed).hasSize(3);
        assertThat(routed.stream().mapToInt(piece -> piece.experts(256)).sum()).isEqualTo(256);
        // The output matrix takes room from the last.
        assertThat(best.pieces().getLast().parts()).isEqualTo(4);
        assertThat(best.pieces()).filteredOn(piece -> piece.half() == 5).hasSize(1);
    }

    @Test
    void shouldSayOfEveryCandidateWhyItLost() {
        PartitionSearch search = PartitionSearch.of(question("llama-2-70b", 576, 722, 1));

        assertThat(search.candidates())
                .isNotEmpty()
                .allSatisfy(candidate -> assertThat(candidate.reason()).isNotBlank());
        assertThat(search.candidates())
                .filteredOn(candidate -> candidate.reason().startsWith("taken"))
                .hasSize(1);
    }

    /** A hop that is saved is worth many vectors where hops take long, and where a row has few blocks. */
    @ParameterizedTest
    @CsvSource({"llama-3.2-1b, 722, ONE_SHOT", "llama-3.2-1b, 200, CARRIERS", "llama-2-7b, 300, CARRIERS"})
    void shouldChooseTheFormOfSumsBySize(String model, double hop, SumForm form) {
        PartitionSearch search = PartitionSearch.of(question(model, 576, hop, 1));

        assertThat(search.best().partition().form()).isEqualTo(form);
        assertThat(search.candidates())
                .filteredOn(candidate -> candidate.partition().tensor() == 8
                        && candidate.memory().fits()
                        && candidate.partition().form() != form)
                .isNotEmpty()
                .allSatisfy(candidate -> assertThat(candidate.reason()).contains("slower"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"llama-2-7b", "llama-2-70b", "llama-3.1-405b", "mixtral-8x7b", "gpt-oss-20b", "deepseek-v3"})
    void shouldEstimateNoLessThanTheBound(String model) {
        Question question = question(model, 16384, 300, 1);
        PartitionSearch search = PartitionSearch.of(question);

        assertThat(search.candidates())
                .allSatisfy(candidate -> assertThat(candidate.cost().cycles())
                        .isGreaterThanOrEqualTo(
                                LowerBound.of(question, candidate.partition()).cycles()));
    }

    @Test
    void shouldBoundBelowEachTermThatItNames() {
        Question question = question("llama-2-70b", 576, 300, 1);
        LowerBound bound =
                LowerBound.of(question, PartitionSearch.of(question).best().partition());

        assertThat(bound.cycles())
                .isEqualTo(bound.terms().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        assertThat(bound.terms().get(bound.binding()))
                .isEqualTo(bound.terms().values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElseThrow());
    }

    @Test
    void shouldHoldEveryWeightOnceAtLeast() {
        Question question = question("llama-2-70b", 576, 300, 1);
        Machine machine = question.machine();
        for (int tensor : new int[] {1, 2, 4, 8, 16, 32}) {
            HeadSplit split = tensor <= 8 ? HeadSplit.BY_KEY_HEADS : HeadSplit.COPIED_KEYS;
            long held = IntStream.range(0, 80)
                    .mapToLong(layer -> {
                        LayerShard shard =
                                LayerShard.of(8192, question.model().layers().get(layer), tensor, split, 4096);
                        return tensor
                                * (shard.attentionBytes(machine, WeightPrecision.INT8)
                                        + shard.feedForwardBytes(machine, WeightPrecision.INT8));
                    })
                    .sum();
            long weights = question.model().weights() - 2L * 8192 * 32000;

            assertThat(held).isBetween(weights, weights * 13 / 10);
        }
    }

    private static Question question(String model, int chips, double hop, int users) {
        return question(ModelPresets.named(model), chips, hop, users);
    }

    private static Question question(ModelSizes model, int chips, double hop, int users) {
        return new Question(
                model,
                Machine.lpuV1().with(Quantity.HOP, hop),
                Topology.QUADFOUR_RING,
                chips,
                4096,
                users,
                WeightPrecision.INT8,
                Objective.LATENCY);
    }
}
