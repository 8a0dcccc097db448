package dev.lockstep.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Text form of graphs: there and back, and what is said about text that is no graph. */
class GraphTextTest {
    private static final String TEXT = """
            graph "llama" context 512
            %0 f32[64] = embedding "token_embd.weight" F16[64, 97]
            %1 f32[64] = rms_norm %0 "attn_norm.weight" F32[64] epsilon 1.0E-5
            %2 q8[64] = quantize %1
            %3 f32[32] = linear %2 "attn_k.weight" Q4_0[64, 32]
            %4 f32[64] = linear %2 "attn_q.weight" Q4_0[64, 64]
            rope !0 interleaved magnitude 1.0 [1.0, 0.1]
            %5 f32[64] = attention %4 %3 %3 layer 0 heads 4 kv_heads 2 head_size 16 scale 0.25 rope !0
            %6 f32[4] = linear %5 "ffn_gate_inp.weight" F32[64, 4]
            %7 choice[2] = route %6 used 2
            %8 f32[192] = expert_linear %5 %7 "ffn_up_exps.weight" F16[64, 96, 4]
            %9 f32[192] = gated silu %8 %8
            %10 f32[96] = expert_sum %9 %7
            %11 f32[96] = bias %10 "b" F32[96]
            %12 f32[96] = add %11 %10
            """;

    @Test
    void shouldPrintWhatItParsed() {
        assertThat(GraphPrinter.print(GraphParser.parse(TEXT))).isEqualTo(TEXT);
    }

    static LongStream seeds() {
        return LongStream.range(0, 150);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldReadBackEveryGraph(long seed) {
        Graph graph = RandomGraphs.withSeed(seed);

        assertThat(GraphParser.parse(GraphPrinter.print(graph))).isEqualTo(graph);
    }

    @ParameterizedTest(name = "{0} -> {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            graph "llama"        | grap "llama"            | line 1, column 1: expected the word graph
            context 512          | context x               | line 1, column 23: expected an integer
            context 512          | context 99999999999     | line 1, column 23: 99999999999 is too large
            %1 f32               | %2 f32                  | line 3, column 2: expected %1, since values are numbered in order
            %0 f32[64]           | %0 f31[64]              | line 2, column 4: there is no kind of rows f31
            %0 f32[64]           | %0 f32[65]              | embedding yields f32[64], not f32[65]
            = rms_norm           | = rms_nor               | line 3, column 14: there is no operation rms_nor
            quantize %1          | quantize %9             | line 4, column 23: %9 is not defined yet
            quantize %1          | quantize 1              | line 4, column 22: expected %
            "attn_norm.weight"   | "attn_norm.weight       | line 3, column 26: the name has no closing quote
            "b" F32[96]          | "b\\u00" F32[96]        | line 14, column 24: \\u needs four hexadecimal digits
            F32[64] epsilon      | F33[64] epsilon         | line 3, column 45: there is no tensor type F33
            Q4_0[64, 32]         | Q4_0[64, 0]             | attn_k.weight has no elements
            Q4_0[64, 32]         | Q4_0[60, 32]            | rows of 60 do not fill whole Q4_0 blocks of 32
            Q4_0[64, 32]         | Q4_0[64, 32, 2]         | linear with a stack of matrices: attn_k.weight
            [64, 96, 4]          | [64, 96, 4, 1]          | line 11, column 69: expected ]
            epsilon 1.0E-5       | epsilon one             | line 3, column 61: one is not a number
            epsilon 1.0E-5       | eps 1.0E-5              | line 3, column 53: expected the word epsilon
            rope !0 interleaved  | rope !0 spiral          | line 7, column 9: there is no pairing spiral
            rope !0 interleaved  | rope !1 interleaved     | line 8, column 90: !0 is not defined
            [1.0, 0.1]           | [1.0, ]                 | line 7, column 41: expected a number
            scale 0.25 rope !0   | scale 0.25 rope !0 window | line 9, column 1: expected an integer
            scale 0.25 rope !0   | scale 0.25 rope !0 cap -1.0 | attention with a window of 0 and a cap of -1.0
            scale 0.25 rope !0   | scale 0.25 rope !0 sinks "s" F32[5] | 5 sinks for 4 query heads
            kv_heads 2           | kv_heads 3              | 4 query heads over 3 KV heads
            kv_heads 2           | kv_heads 0              | 4 query heads over 0 KV heads
            used 2               | used 5                  | line 10, column 30: 5 of 4 experts
            gated silu           | gated relu              | line 12, column 21: there is no activation relu
            expert_sum %9 %7     | expert_sum %9 %6        | experts chosen by %6
            """)
    void shouldNamePlaceAndReasonOfWhatIsNoGraph(String original, String broken, String message) {
        assertThat(TEXT).contains(original);
        assertThatThrownBy(() -> GraphParser.parse(TEXT.replace(original, broken)))
                .isInstanceOf(GraphException.class)
                .hasMessageMatching("line \\d+, column \\d+: .*")
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldRefuseDamagedTextWithAGraphExceptionOnly(long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(TEXT);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, (char) (32 + random.nextInt(96)));
                default -> text.setLength(at + 1);
            }
        }
        try {
            GraphParser.parse(text.toString());
        } catch (GraphException expected) {
            assertThat(expected).message().isNotBlank();
        }
    }
}
