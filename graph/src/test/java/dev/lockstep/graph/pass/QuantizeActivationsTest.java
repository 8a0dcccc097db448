package dev.lockstep.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.GraphParser;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.graph.Precision;
import dev.lockstep.graph.RowKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantizeActivationsTest {
    @Test
    void shouldRoundAValueOnceForAllProductsThatReadIt() {
        assertRewritten("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" F16[64, 10]
                %1 f32[32] = linear %0 "a" Q4_0[64, 32]
                %2 f32[64] = add %0 %0
                %3 f32[32] = linear %0 "b" Q8_0[64, 32]
                %4 f32[32] = add %1 %3
                """, """
                graph "llama" context 8
                %0 f32[64] = embedding "table" F16[64, 10]
                %1 q8[64] = quantize %0
                %2 f32[32] = linear %1 "a" Q4_0[64, 32]
                %3 f32[64] = add %0 %0
                %4 f32[32] = linear %1 "b" Q8_0[64, 32]
                %5 f32[32] = add %2 %4
                """);
    }

    @Test
    void shouldRoundTheRowsOfExperts() {
        assertRewritten("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" F16[64, 10]
                %1 f32[4] = linear %0 "router" F32[64, 4]
                %2 choice[2] = route %1 used 2
                %3 f32[64] = expert_linear %0 %2 "up" Q4_0[64, 32, 4]
                %4 f32[128] = expert_linear %3 %2 "down" Q4_0[32, 64, 4]
                %5 f32[64] = expert_sum %4 %2
                """, """
                graph "llama" context 8
                %0 f32[64] = embedding "table" F16[64, 10]
                %1 f32[4] = linear %0 "router" F32[64, 4]
                %2 choice[2] = route %1 used 2
                %3 q8[64] = quantize %0
                %4 f32[64] = expert_linear %3 %2 "up" Q4_0[64, 32, 4]
                %5 q8[64] = quantize %4
                %6 f32[128] = expert_linear %5 %2 "down" Q4_0[32, 64, 4]
                %7 f32[64] = expert_sum %6 %2
                """);
    }

    @Test
    void shouldNotFireOnFloatWeights() {
        assertUnchanged("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" Q4_0[64, 10]
                %1 f32[32] = linear %0 "a" BF16[64, 32]
                """);
    }

    @Test
    void shouldNotFireOnALoweredGraph() {
        assertUnchanged("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" Q4_0[64, 10]
                %1 q8[64] = quantize %0
                %2 f32[32] = linear %1 "a" Q4_0[64, 32]
                """);
    }

    @Test
    void shouldRoundTo16BitsInHighPrecision() {
        Graph graph = GraphParser.parse("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" Q4_0[64, 10]
                %1 f32[32] = linear %0 "a" Q4_0[64, 32]
                """);

        assertThat(GraphPrinter.print(Passes.lower(graph, Precision.HIGH))).isEqualTo("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" Q4_0[64, 10]
                %1 q16[64] = quantize %0
                %2 f32[32] = linear %1 "a" Q4_0[64, 32]
                """);
    }

    @Test
    void shouldShowEveryStageOfThePipeline() {
        Graph graph = GraphParser.parse("""
                graph "llama" context 8
                %0 f32[64] = embedding "table" Q4_0[64, 10]
                %1 f32[32] = linear %0 "a" Q4_0[64, 32]
                """);
        List<Passes.Stage> stages = new ArrayList<>();

        Graph lowered = Passes.lower(graph, Precision.NORMAL, stages::add);

        assertThat(stages).extracting(Passes.Stage::stage).containsExactly("input", "quantize-activations");
        assertThat(stages).extracting(Passes.Stage::graph).containsExactly(graph, lowered);
    }

    @Test
    void shouldRefuseAnInvalidGraphBeforeAnyPass() {
        Graph empty = new Graph("llama", 8, List.of());

        assertThatThrownBy(() -> Passes.lower(empty)).isInstanceOf(GraphException.class);
    }

    private static void assertRewritten(String before, String after) {
        assertThat(GraphPrinter.print(new QuantizeActivations(RowKind.Q8).apply(GraphParser.parse(before))))
                .isEqualTo(after);
    }

    private static void assertUnchanged(String text) {
        Graph graph = GraphParser.parse(text);
        assertThat(new QuantizeActivations(RowKind.Q8).apply(graph)).isSameAs(graph);
    }
}
