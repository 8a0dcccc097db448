package dev.lockstep.graph;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.graph.pass.Passes;
import dev.lockstep.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One graph per rule that breaks it. */
class VerifierTest {
    private static final Weight TABLE = new Weight("table", TensorType.F32, 64, 10, 1);
    private static final Weight OUTPUT = new Weight("output", TensorType.F32, 64, 10, 1);
    private static final Weight GAIN = new Weight("gain", TensorType.F32, 64, 1, 1);
    private static final Weight Q4 = new Weight("q4", TensorType.Q4_0, 64, 64, 1);
    private static final Value X = new Value(0, RowKind.F32, 64);
    private static final Node EMBEDDING = new Node(X, new Op.Embedding(TABLE));

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldAcceptRandomValidGraphs(long seed) {
        assertThatCode(() -> Verifier.verify(RandomGraphs.withSeed(seed))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseAnEmptyGraph() {
        assertRefused("without operations");
    }

    @Test
    void shouldRefuseAValueOfAnotherPlace() {
        assertRefused("defines a value of another place", new Node(new Value(3, RowKind.F32, 64), EMBEDDING.op()));
    }

    @Test
    void shouldRefuseAValueOfAnotherWidth() {
        assertRefused("place, kind or width", new Node(new Value(0, RowKind.F32, 32), EMBEDDING.op()));
    }

    @Test
    void shouldRefuseAValueOfAnotherKind() {
        assertRefused("place, kind or width", new Node(new Value(0, RowKind.Q8, 64), EMBEDDING.op()));
    }

    @Test
    void shouldRefuseAUseBeforeTheDefinition() {
        Value later = new Value(2, RowKind.F32, 64);
        assertRefused("%1 = Add reads %2 before it is defined", EMBEDDING, node(1, new Op.Add(X, later)));
    }

    @Test
    void shouldRefuseAUseOfItself() {
        Value self = new Value(1, RowKind.F32, 64);
        assertRefused("reads %1 before it is defined", EMBEDDING, node(1, new Op.Add(X, self)));
    }

    @Test
    void shouldRefuseAUseWithAnotherWidth() {
        Value wide = new Value(0, RowKind.F32, 128);
        assertRefused("reads %0 as another kind or width", EMBEDDING, node(1, new Op.Add(wide, wide)));
    }

    @Test
    void shouldRefuseOneNameForTwoWeights() {
        Weight other = new Weight("table", TensorType.F16, 64, 10, 1);
        assertRefused("uses table in two shapes", EMBEDDING, node(1, new Op.Linear(X, other)));
    }

    @Test
    void shouldRefuseTypesThatCannotBeComputed() {
        Weight foreign = new Weight("foreign", TensorType.NVFP4, 256, 10, 1);
        Value x = new Value(0, RowKind.F32, 256);
        assertRefused("reads NVFP4 weights", node(0, new Op.Embedding(foreign)));
        assertRefused(
                "reads NVFP4 weights",
                node(0, new Op.Embedding(new Weight("table", TensorType.F32, 256, 10, 1))),
                node(1, new Op.Linear(x, foreign)));
    }

    @Test
    void shouldRefuseRoundedRowsForFloatWeights() {
        Value rounded = new Value(1, RowKind.Q8, 64);
        assertRefused(
                "needs f32 rows, not q8",
                EMBEDDING,
                node(1, new Op.Quantize(X, RowKind.Q8)),
                node(2, new Op.Linear(rounded, OUTPUT)));
    }

    @Test
    void shouldRefuseRoundedRowsWhereFloatsAreNeeded() {
        Value rounded = new Value(1, RowKind.Q8, 64);
        List<Op> ops = List.of(
                new Op.RmsNorm(rounded, GAIN, 1e-5f),
                new Op.LayerNorm(rounded, GAIN, 1e-5f),
                new Op.Activate(Activation.GELU, rounded),
                new Op.Bias(rounded, GAIN),
                new Op.Add(X, rounded),
                new Op.Gated(Activation.SILU, rounded, X),
                new Op.Route(rounded, Routing.of(2)),
                new Op.Attention(X, rounded, X, 0, 2, 2, 32, new Rope(Rope.Pairing.HALVES, List.of(1.0), 1), 1));
        for (Op op : ops) {
            assertRefused("needs f32 rows, not q8", EMBEDDING, node(1, new Op.Quantize(X, RowKind.Q8)), node(2, op));
        }
    }

    @Test
    void shouldRefuseChoicesWhereFloatsAreNeeded() {
        Value choice = new Value(1, RowKind.CHOICE, 64);
        assertRefused(
                "needs f32 rows, not choice",
                EMBEDDING,
                node(1, new Op.Route(X, Routing.of(64))),
                node(2, new Op.ExpertSum(choice, choice)));
    }

    @Test
    void shouldRefuseVectorsThatAreNotF32() {
        Weight half = new Weight("half", TensorType.F16, 64, 1, 1);
        assertRefused("needs half as F32, not F16", EMBEDDING, node(1, new Op.RmsNorm(X, half, 1e-5f)));
        assertRefused("needs half as F32, not F16", EMBEDDING, node(1, new Op.Bias(X, half)));
    }

    @Test
    void shouldRefuseVectorsOfSeveralRows() {
        assertRefused("needs table as one row, not 10", EMBEDDING, node(1, new Op.RmsNorm(X, TABLE, 1e-5f)));
        assertRefused("needs table as one row, not 10", EMBEDDING, node(1, new Op.Bias(X, TABLE)));
    }

    @Test
    void shouldRefuseTwoAttentionsOfOneLayer() {
        Op attention = new Op.Attention(X, X, X, 0, 2, 2, 32, new Rope(Rope.Pairing.HALVES, List.of(1.0), 1), 1);
        assertRefused("is the second attention of layer 0", EMBEDDING, node(1, attention), node(2, attention));
    }

    @Test
    void shouldRefuseAGraphThatEndsWithoutLogits() {
        assertRefused("is last but yields no logits", EMBEDDING, node(1, new Op.Quantize(X, RowKind.Q8)));
    }

    @Test
    void shouldRefuseFloatsForQuantizedWeightsOnlyOnceLowered() {
        Graph graph = graph(EMBEDDING, node(1, new Op.Linear(X, Q4)));

        assertThatCode(() -> Verifier.verify(graph)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Verifier.verifyLowered(graph)).hasMessage("%1 = Linear needs q8 or q16 rows for q4");
        assertThatCode(() -> Verifier.verifyLowered(Passes.lower(graph))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseOperandsThatDoNotFitEachOther() {
        Value narrow = new Value(1, RowKind.F32, 32);
        Value choice = new Value(2, RowKind.CHOICE, 3);
        Weight stack = new Weight("stack", TensorType.F32, 64, 8, 4);
        Rope rope = new Rope(Rope.Pairing.HALVES, List.of(1.0, 0.5), 1);
        assertThatThrownBy(() -> new Op.RmsNorm(narrow, GAIN, 1)).hasMessage("rms_norm of width 32 with gain of 64");
        assertThatThrownBy(() -> new Op.Bias(narrow, GAIN)).hasMessage("bias of 64 on width 32");
        assertThatThrownBy(() -> new Op.Linear(narrow, Q4)).hasMessage("linear of width 32 with q4 of 64 columns");
        assertThatThrownBy(() -> new Op.Linear(X, stack)).hasMessage("linear with a stack of matrices: stack");
        assertThatThrownBy(() -> new Op.Add(X, narrow)).hasMessage("add of widths 64 and 32");
        assertThatThrownBy(() -> new Op.Gated(Activation.SILU, X, narrow)).hasMessageContaining("widths 64 and 32");
        assertThatThrownBy(() -> new Op.Quantize(new Value(0, RowKind.F32, 33), RowKind.Q8))
                .hasMessageContaining("F32[33]");
        assertThatThrownBy(() -> new Op.Quantize(choice, RowKind.Q8)).hasMessageContaining("CHOICE[3]");
        assertThatThrownBy(() -> new Op.Route(narrow, Routing.of(33))).hasMessage("33 of 32 experts");
        assertThatThrownBy(() -> new Op.Route(narrow, Routing.of(0))).hasMessage("0 of 32 experts");
        assertThatThrownBy(() -> new Op.Route(narrow, new Routing(2, Routing.Weighing.SIGMOID, 1, Optional.of(GAIN))))
                .hasMessage("a bias of 64 for 32 experts");
        assertThatThrownBy(() -> new Routing(2, Routing.Weighing.ALL, 1, Optional.of(GAIN)))
                .hasMessage("a bias on softmax probabilities");
        assertThatThrownBy(() -> new Op.ExpertBias(X, choice, GAIN))
                .hasMessage("expert_bias of 64 on width 64 of 3 experts");
        assertThatThrownBy(() -> new Op.ExpertBias(X, narrow, GAIN)).hasMessage("experts chosen by %1");
        assertThatThrownBy(() -> new Op.HeadLinear(narrow, stack)).hasMessageContaining("head_linear of width 32 with");
        assertThatThrownBy(() -> new Op.Weave(List.of(X), 4, List.of(new Op.Weave.Piece(0, 1, 16, 16)), 0))
                .hasMessageContaining("weave of a piece that is not there");
        assertThatThrownBy(() -> new Op.Weave(List.of(X), 1, List.of(new Op.Weave.Piece(1, 0, 0, 1)), 0))
                .hasMessageContaining("weave of a piece that is not there");
        assertThatThrownBy(() -> new Op.RowGate(X, narrow)).hasMessage("a gate of width 32 for a row");
        assertThatThrownBy(() -> new Op.LayerNorm(narrow, GAIN, 1))
                .hasMessage("layer_norm of width 32 with gain of 64");
        assertThatThrownBy(() -> new Op.Activate(Activation.SWIGLU_OAI, X)).hasMessage("swiglu_oai of one value");
        assertThatThrownBy(() -> new Op.Embedding(
                        new Weight("t", TensorType.F32, 32, 9, 1),
                        Optional.of(new Weight("p", TensorType.F32, 64, 9, 1))))
                .hasMessage("positions of width 64 for embeddings of 32");
        assertThatThrownBy(() -> new Op.ExpertLinear(X, narrow, stack)).hasMessage("experts chosen by %1");
        assertThatThrownBy(() -> new Op.ExpertLinear(narrow, choice, stack))
                .hasMessageContaining("width 32 with stack");
        assertThatThrownBy(() -> new Op.ExpertSum(X, narrow)).hasMessage("experts chosen by %1");
        assertThatThrownBy(() -> new Op.ExpertSum(X, choice)).hasMessage("expert_sum of width 64 over 3");
        assertThatThrownBy(() -> new Op.Attention(X, X, X, 0, 3, 2, 32, rope, 1))
                .hasMessageContaining("3 query heads");
        assertThatThrownBy(() -> new Op.Attention(X, X, X, 0, 2, 2, 16, rope, 1))
                .hasMessageContaining("2 heads of 16");
        assertThatThrownBy(() -> new Op.Attention(X, X, narrow, 0, 2, 2, 32, rope, 1))
                .hasMessageContaining("values of width 32");
        assertThatThrownBy(() -> new Op.Attention(X, X, X, 0, 32, 32, 2, rope, 1))
                .hasMessage("RoPE over 4 elements of a head of 2");
    }

    private static void assertRefused(String message, Node... nodes) {
        Graph graph = graph(nodes);
        assertThatThrownBy(() -> Verifier.verify(graph))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(message);
    }

    private static Graph graph(Node... nodes) {
        return new Graph("test", 1, List.of(nodes));
    }

    private static Node node(int id, Op op) {
        return new Node(new Value(id, op.kind(), op.width()), op);
    }
}
