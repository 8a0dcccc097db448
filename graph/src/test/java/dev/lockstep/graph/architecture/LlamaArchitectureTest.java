package dev.lockstep.graph.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MetadataMap;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaArchitectureTest {
    private static final ModelShape TINY = new ModelShape("tiny", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 0, 0, false);
    private static final ModelShape EXPERTS =
            new ModelShape("tiny-experts", 128, 64, 1, 4, 2, 96, 50, 1e-5f, 1e4f, 4, 2, true);

    @Test
    void shouldBuildADenseModel() {
        Graph graph = Architectures.build(TINY.describe(WeightTypes.Q4_0));

        assertThat(GraphPrinter.print(graph).replaceFirst("magnitude 1.0 .*]", "magnitude 1.0 []"))
                .isEqualTo("""
                        graph "llama" context 128
                        %0 f32[64] = embedding "token_embd.weight" Q4_0[64, 50]
                        %1 f32[64] = rms_norm %0 "blk.0.attn_norm.weight" F32[64] epsilon 1.0E-5
                        %2 f32[64] = linear %1 "blk.0.attn_q.weight" Q4_0[64, 64]
                        %3 f32[32] = linear %1 "blk.0.attn_k.weight" Q4_0[64, 32]
                        %4 f32[32] = linear %1 "blk.0.attn_v.weight" Q4_0[64, 32]
                        rope !0 interleaved magnitude 1.0 []
                        %5 f32[64] = attention %2 %3 %4 layer 0 heads 4 kv_heads 2 head_size 16 scale 0.25 rope !0
                        %6 f32[64] = linear %5 "blk.0.attn_output.weight" Q4_0[64, 64]
                        %7 f32[64] = add %0 %6
                        %8 f32[64] = rms_norm %7 "blk.0.ffn_norm.weight" F32[64] epsilon 1.0E-5
                        %9 f32[96] = linear %8 "blk.0.ffn_gate.weight" Q4_0[64, 96]
                        %10 f32[96] = linear %8 "blk.0.ffn_up.weight" Q4_0[64, 96]
                        %11 f32[96] = gated silu %9 %10
                        %12 f32[64] = linear %11 "blk.0.ffn_down.weight" Q4_0[96, 64]
                        %13 f32[64] = add %7 %12
                        %14 f32[64] = rms_norm %13 "output_norm.weight" F32[64] epsilon 1.0E-5
                        %15 f32[50] = linear %14 "output.weight" Q4_0[64, 50]
                        """);
    }

    @Test
    void shouldBuildAModelOfExpertsWithTiedEmbeddings() {
        Graph graph = Architectures.build(EXPERTS.describe(WeightTypes.F16));

        assertThat(GraphPrinter.print(graph))
                .contains("""
                        %9 f32[4] = linear %8 "blk.0.ffn_gate_inp.weight" F32[64, 4]
                        %10 choice[2] = route %9 used 2
                        %11 f32[192] = expert_linear %8 %10 "blk.0.ffn_gate_exps.weight" F16[64, 96, 4]
                        %12 f32[192] = expert_linear %8 %10 "blk.0.ffn_up_exps.weight" F16[64, 96, 4]
                        %13 f32[192] = gated silu %11 %12
                        %14 f32[128] = expert_linear %13 %10 "blk.0.ffn_down_exps.weight" F16[96, 64, 4]
                        %15 f32[64] = expert_sum %14 %10
                        """)
                .contains("%18 f32[50] = linear %17 \"token_embd.weight\" F16[64, 50]\n");
    }

    @Test
    void shouldAddBiasesWhereTheModelHasThem() {
        Graph graph = Architectures.build(with(weights ->
                weights.put("blk.0.attn_k.bias", new Weight("blk.0.attn_k.bias", TensorType.F32, 32, 1, 1))));

        assertThat(GraphPrinter.print(graph)).contains("%4 f32[32] = bias %3 \"blk.0.attn_k.bias\" F32[32]\n");
    }

    @Test
    void shouldTakeHeadsThatAreWiderThanTheEmbeddingOverTheirNumber() {
        ModelDescription model = with(weights -> {
            resize(weights, "blk.0.attn_q.weight", 64, 128);
            resize(weights, "blk.0.attn_k.weight", 64, 64);
            resize(weights, "blk.0.attn_v.weight", 64, 64);
            resize(weights, "blk.0.attn_output.weight", 128, 64);
        });
        metadata(model).put("llama.attention.key_length", 32).put("llama.attention.value_length", 32);

        Op.Attention attention = Architectures.build(model).attentions().getFirst();

        assertThat(attention.headSize()).isEqualTo(32);
        assertThat(attention.rope().width()).isEqualTo(32);
        assertThat(attention.scale()).isEqualTo((float) (1 / Math.sqrt(32)));
    }

    @Test
    void shouldDivideFrequenciesByTheModelsOwnFactors() {
        String name = "rope_freqs.weight";
        ModelDescription shape = with(weights -> weights.put(name, new Weight(name, TensorType.F32, 8, 1, 1)));
        MemorySegment factors = MemorySegment.ofArray(new float[] {1, 2, 4, 8, 1, 1, 1, 1});
        Tensor tensor = new Tensor(name, TensorType.F32, 8, 1, 1, bytes(factors));
        ModelDescription model = new ModelDescription(shape.metadata(), shape.weights(), Map.of(name, tensor));

        List<Double> plain = rope(TINY.describe(WeightTypes.F16)).frequencies();
        List<Double> divided = rope(model).frequencies();

        assertThat(divided.get(0)).isEqualTo(plain.get(0));
        assertThat(divided.get(3)).isEqualTo(plain.get(3) / 8);
        assertThatThrownBy(() -> Architectures.build(shape)).hasMessageContaining("has a shape but no data");
    }

    @Test
    void shouldScaleAllFrequenciesLinearly() {
        ModelDescription model = TINY.describe(WeightTypes.F16);
        List<Double> plain = rope(model).frequencies();
        metadata(model).put("llama.rope.scaling.type", "linear").put("llama.rope.scaling.factor", 4.0);

        Rope scaled = rope(model);

        for (int i = 0; i < plain.size(); i++) {
            assertThat(scaled.frequencies().get(i)).isEqualTo(plain.get(i) / 4);
        }
        assertThat(scaled.magnitude()).isEqualTo(1);
    }

    @Test
    void shouldKeepShortWavelengthsAndStretchLongOnesWithYarn() {
        ModelDescription model = TINY.describe(WeightTypes.F16);
        List<Double> plain = rope(model).frequencies();
        metadata(model)
                .put("llama.rope.scaling.type", "yarn")
                .put("llama.rope.scaling.factor", 8.0)
                .put("llama.rope.scaling.original_context_length", 2048);

        Rope scaled = rope(model);

        assertThat(scaled.frequencies().getFirst()).isEqualTo(plain.getFirst());
        assertThat(scaled.frequencies().getLast()).isEqualTo(plain.getLast() / 8);
        assertThat(scaled.frequencies().get(4)).isBetween(plain.get(4) / 8, plain.get(4));
        assertThat(scaled.magnitude()).isCloseTo(1 + 0.1 * Math.log(8), within(1e-12));
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
            llama.block_count                     | 0      | is 0, outside of 1 to 4096
            llama.block_count                     | 2      | tensor blk.1.attn_norm.weight: is missing
            llama.embedding_length                | 128    | tensor token_embd.weight: has the shape [64, 50, 1] where the hyperparameters ask for [128, 50, 1]
            llama.embedding_length                | -5     | is -5, outside of 1 to
            llama.attention.head_count            | 3      | is 2, which does not divide the 3 query heads
            llama.attention.head_count            | 128    | is 128, which does not divide the embedding length 64
            llama.attention.head_count_kv         | 0      | is 0, outside of
            llama.attention.key_length            | 8      | tensor blk.0.attn_q.weight: has the shape [64, 64, 1] where
            llama.attention.value_length          | 8      | is 8 where keys have 16 elements, which is not supported
            llama.context_length                  | 0      | is 0, outside of
            llama.feed_forward_length             | 97     | tensor blk.0.ffn_gate.weight: has the shape
            llama.rope.dimension_count            | 7      | is 7, an odd number
            llama.rope.dimension_count            | 18     | is 18, outside of 1 to 16
            llama.rope.freq_base                  | -1.5   | is -1.5, not above 0
            llama.rope.freq_base                  | 1.0    | is 1.0, not above 1
            llama.rope.freq_base                  | NaN    | is NaN, which is not finite
            llama.attention.layer_norm_rms_epsilon | Infinity | is Infinity, which is not finite
            llama.rope.scaling.type               | spiral | is "spiral", which is not supported; use a model with none, linear or yarn
            llama.rope.scaling.type               | 3      | is a Long, not a String
            llama.expert_count                    | 4      | llama.expert_used_count: is missing
            llama.attention.sliding_window        | 4096   | is 4096.0, which is not supported
            llama.logit_scale                     | 0.5    | is 0.5, which is not supported
            general.architecture                  | mamba  | the architecture "mamba" is not supported; use a model of llama
            """)
    void shouldNameTheKeyOrTensorThatCannotBeRun(String key, String value, String message) {
        ModelDescription model = TINY.describe(WeightTypes.F16);
        put(metadata(model), key, value);

        assertThatThrownBy(() -> Architectures.build(model))
                .isInstanceOfAny(FormatException.class, GraphException.class)
                .hasMessageStartingWith("shape:tiny: ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseMissingTensors() {
        for (String name : TINY.describe(WeightTypes.F16).weights().keySet()) {
            if (!name.equals("output.weight")) {
                ModelDescription model = with(weights -> weights.remove(name));
                assertThatThrownBy(() -> Architectures.build(model))
                        .isInstanceOf(FormatException.class)
                        .hasMessageContaining("tensor " + name + ": is missing");
            }
        }
    }

    @Test
    void shouldRefuseTensorsThatItWouldIgnore() {
        String name = "blk.0.attn_q_norm.weight";
        ModelDescription model = with(weights -> weights.put(name, new Weight(name, TensorType.F32, 16, 1, 1)));

        assertThatThrownBy(() -> Architectures.build(model))
                .hasMessage(
                        "shape:tiny: tensor %s: is not known in llama models and would be ignored; use another file of"
                                        .formatted(name)
                                + " the model");
    }

    @Test
    void shouldRefuseNormsThatAreNotF32() {
        String name = "output_norm.weight";
        ModelDescription model = with(weights -> weights.put(name, new Weight(name, TensorType.F16, 64, 1, 1)));

        assertThatThrownBy(() -> Architectures.build(model))
                .hasMessageContaining("has the type F16 where F32 is needed");
    }

    static List<String> shapes() {
        return ModelShape.names();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldBuildAndLowerEveryKnownShape(String name) {
        for (WeightTypes types : WeightTypes.values()) {
            ModelDescription model = ModelShape.named(name).describe(types);
            Graph graph = Passes.lower(Architectures.build(model));
            assertThat(graph.attentions()).hasSize(Hyperparameters.of(model).layers());
            assertThat(graph.weights()).hasSize(model.weights().size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stories-15m, 15.19", "stories-110m, 109.53", "tinyllama-1.1b, 1100.05", "llama-2-7b, 6738.42",
        "llama-2-13b, 13015.86", "llama-2-70b, 68976.65", "llama-3-8b, 8030.26", "llama-3-70b, 70553.71",
        "mistral-7b, 7248.02", "mixtral-8x7b, 46702.79"
    })
    void shouldHaveAsManyParametersAsThePublishedModel(String name, double millions) {
        long parameters = ModelShape.named(name).describe(WeightTypes.F16).weights().values().stream()
                .mapToLong(weight -> (long) weight.columns() * weight.rows() * weight.matrices())
                .sum();
        assertThat(parameters / 1e6).isCloseTo(millions, within(0.01));
    }

    @ParameterizedTest
    @EnumSource
    void shouldFallBackToSmallerBlocksWhereRowsDoNotDivide(WeightTypes types) {
        assertThat(types.type(WeightTypes.Role.OTHER, 0, 8, 288).blockElements())
                .isLessThanOrEqualTo(32);
        assertThat(types.type(WeightTypes.Role.OTHER, 0, 8, 172).blockElements())
                .isEqualTo(1);
    }

    @Test
    void shouldSpendMoreBitsInMixtures() {
        Map<String, Weight> weights =
                ModelShape.named("tinyllama-1.1b").describe(WeightTypes.Q4_K_M).weights();

        assertThat(weights.get("output.weight").type()).isEqualTo(TensorType.Q6_K);
        assertThat(weights.get("token_embd.weight").type()).isEqualTo(TensorType.Q4_K);
        assertThat(weights.get("blk.0.attn_v.weight").type()).isEqualTo(TensorType.Q6_K);
        assertThat(weights.get("blk.2.ffn_down.weight").type()).isEqualTo(TensorType.Q4_K);
        assertThat(weights.get("blk.4.ffn_down.weight").type()).isEqualTo(TensorType.Q6_K);
        assertThat(weights.get("blk.21.ffn_down.weight").type()).isEqualTo(TensorType.Q6_K);
        assertThat(weights.get("blk.0.attn_q.weight").type()).isEqualTo(TensorType.Q4_K);
    }

    @Test
    void shouldNameWhatThereIsForUnknownNames() {
        assertThatThrownBy(() -> ModelShape.named("llama-9")).hasMessageContaining("use one of stories-15m, ");
        assertThatThrownBy(() -> WeightTypes.named("Q9")).hasMessageContaining("use one of F32, F16, ");
        assertThat(WeightTypes.named("q4_k_m")).isEqualTo(WeightTypes.Q4_K_M);
    }

    private static Rope rope(ModelDescription model) {
        return Architectures.build(model).attentions().getFirst().rope();
    }

    private static ModelDescription with(Consumer<Map<String, Weight>> change) {
        ModelDescription model = TINY.describe(WeightTypes.F16);
        Map<String, Weight> weights = new LinkedHashMap<>(model.weights());
        change.accept(weights);
        return new ModelDescription(model.metadata(), weights, Map.of());
    }

    private static void resize(Map<String, Weight> weights, String name, int columns, int rows) {
        weights.put(name, new Weight(name, TensorType.F16, columns, rows, 1));
    }

    private static MetadataMap metadata(ModelDescription model) {
        return (MetadataMap) model.metadata();
    }

    private static void put(MetadataMap metadata, String key, String value) {
        if (value.matches("-?\\d+")) {
            metadata.put(key, Long.parseLong(value));
        } else if (value.matches("-?\\d+\\.\\d+|NaN|Infinity")) {
            metadata.put(key, Double.parseDouble(value));
        } else {
            metadata.put(key, value);
        }
    }

    private static MemorySegment bytes(MemorySegment floats) {
        return MemorySegment.ofArray(floats.toArray(ValueLayout.JAVA_BYTE));
    }
}
