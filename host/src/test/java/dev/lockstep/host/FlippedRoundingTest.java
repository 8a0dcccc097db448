package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.TensorType;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The comparison with the reference is worth something: it notices a single rounding that is done differently. */
class FlippedRoundingTest {
    private static final Pattern FMA = Pattern.compile(
            "  (%\\w+) = call (<\\d+ x float>|float) @llvm\\.fma\\.\\w+\\(\\S.*? (%[\\w.]+), .*? (\\S+), .*? (%[\\w.]+)\\)\n");

    private final TestModel model = TestModel.of(TestShape.of(TensorType.Q4_0, TensorType.F16), 31);
    private final int[] tokens = Transcript.randomTokens(80, model.shape().vocabulary, 1);
    private final Transcript expected = Transcript.expected(model, KvType.F16, tokens);

    private Optional<Transcript.Difference> difference(UnaryOperator<String> rewrite) {
        return difference(rewrite, 1);
    }

    /** The first difference, if the IR is rewritten before it is compiled. */
    private Optional<Transcript.Difference> difference(UnaryOperator<String> rewrite, int chunk) {
        HostOptions options =
                new HostOptions(1, KvType.F16, Transcript.MOST, Transcript.MOST, Optional.empty(), (_, _, _) -> {});
        HostMachine.Compiler compiler = (ir, target) -> {
            String rewritten = rewrite.apply(ir);
            assertThat(rewritten).as("the rewritten IR").isNotEqualTo(ir);
            return TestLlvm.codeGenerator().compile(rewritten, target);
        };
        try (HostMachine host = new HostMachine(model.graph(), model.weights(), options, compiler)) {
            return expected.difference(Transcript.of(host, tokens, chunk));
        }
    }

    /** Rewrites the first function whose name starts so. */
    private static String inFunction(String ir, String name, UnaryOperator<String> rewrite) {
        int start = ir.indexOf("define internal void @" + name);
        assertThat(start).as(name).isNotNegative();
        int end = ir.indexOf("\n}\n", start);
        return ir.substring(0, start) + rewrite.apply(ir.substring(start, end)) + ir.substring(end);
    }

    /** Replaces one fused multiply-add by a product and a sum. */
    private static String splitFirstFma(String function) {
        Matcher fma = FMA.matcher(function);
        assertThat(fma.find()).as("fma in " + function).isTrue();
        String product = fma.group(1) + "x";
        return function.substring(0, fma.start())
                + "  %s = fmul %s %s, %s\n".formatted(product, fma.group(2), fma.group(3), fma.group(4))
                + "  %s = fadd %s %s, %s\n".formatted(fma.group(1), fma.group(2), product, fma.group(5))
                + function.substring(fma.end());
    }

    private Optional<Transcript.Difference> differenceWithSplitFma(String kernel, int chunk) {
        return difference(ir -> inFunction(ir, kernel, FlippedRoundingTest::splitFirstFma), chunk);
    }

    @Test
    void shouldNoticeAnUnfusedSumInEveryKernel() {
        assertThat(differenceWithSplitFma("linear_q4_0_q8_256_1_of_1(", 1))
                .as("Q4_0")
                .isPresent();
        if (Target.host().has(CpuFeature.AVX512_VNNI)) {
            assertThat(differenceWithSplitFma("linear_q4_0_q8_256_4_of_", 4))
                    .as("Q4_0, few tokens")
                    .isPresent();
        }
        assertThat(differenceWithSplitFma("blocks_q4_0_", 12))
                .as("Q4_0, several tokens")
                .isPresent();
        assertThat(differenceWithSplitFma(Target.host().has(CpuFeature.AMX_INT8) ? "tiles_q4_0_" : "blocks_q4_0_", 40))
                .as("Q4_0, many tokens")
                .isPresent();
        assertThat(differenceWithSplitFma("linear_f16_256x1(", 1)).as("F16").isPresent();
        assertThat(differenceWithSplitFma("rms_norm_", 1)).as("norm").isPresent();
        assertThat(differenceWithSplitFma("append_", 1)).as("rope").isPresent();
        assertThat(differenceWithSplitFma("attend_span_", 1)).as("scores").isPresent();
        assertThat(differenceWithSplitFma("attend_tile_", 40))
                .as("scores, several tokens")
                .isPresent();
    }

    @Test
    void shouldNoticeALastBitOfTheExponentialsPolynomial() {
        String coefficient = constant(1.6666665459E-1f);
        String neighbour = constant(Math.nextUp(1.6666665459E-1f));
        assertThat(difference(ir -> inFunction(ir, "gated_", f -> f.replace(coefficient, neighbour))))
                .isPresent();
    }

    @Test
    void shouldNoticeASumInAnotherOrder() {
        // The first reduction in the norm: lanes 0-7 with 8-15 becomes lanes 0-7 with themselves reversed in pairs.
        String upperHalf = "<8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>";
        String swapped = "<8 x i32> <i32 9, i32 8, i32 11, i32 10, i32 13, i32 12, i32 15, i32 14>";
        assertThat(difference(ir -> inFunction(ir, "rms_norm_", f -> f.replace(upperHalf, swapped))))
                .isPresent();
    }

    @Test
    void shouldSayWhereTheFirstDifferenceIs() {
        float[] changed = expected.logits().get(3).clone();
        changed[5] = Math.nextUp(changed[5]);
        Transcript.Difference difference = new Transcript(
                        java.util.List.of(expected.logits().get(3)))
                .difference(new Transcript(java.util.List.of(changed)))
                .orElseThrow();
        assertThat(difference).isEqualTo(new Transcript.Difference(0, 5, Math.nextDown(changed[5]), changed[5]));
        assertThat(difference.toString()).startsWith("logit 5 after token 0 is ");
    }

    private static String constant(float value) {
        return "0x%016X".formatted(Double.doubleToRawLongBits(value));
    }
}
