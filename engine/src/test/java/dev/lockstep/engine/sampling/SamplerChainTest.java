package dev.lockstep.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerChainTest {
    @Test
    void shouldPutTheUsualStagesInTheUsualOrder() {
        var parameters = new SamplingParameters(
                0.7f,
                50,
                0.9f,
                0.02f,
                0.95f,
                1.1f,
                32,
                0.5f,
                0.25f,
                42,
                Map.of(9, -1f, 3, Float.NEGATIVE_INFINITY),
                List.of());
        assertThat(parameters.chain())
                .hasToString("bias(3:-Infinity,9:-1.0) | penalties(32,1.1,0.5,0.25) | top-k(50) | typical(0.95)"
                        + " | top-p(0.9) | min-p(0.02) | temperature(0.7) | draw(42)");
        assertThat(SamplingParameters.DEFAULT.chain())
                .hasToString("top-k(40) | top-p(0.95) | min-p(0.05) | temperature(0.8) | draw(0)");
        assertThat(SamplingParameters.GREEDY.chain()).isEqualTo(SamplerChain.GREEDY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "greedy",
                "draw(-9223372036854775808)",
                "bias(0:-Infinity,12:1.5E-7) | greedy",
                "penalties(2147483647,1.3,-0.5,0.1) | top-k(1) | typical(1.0) | top-p(0.1) | min-p(1.0)"
                        + " | temperature(1.0E-5) | draw(7)",
                "temperature(2.0) | top-k(3) | temperature(0.5) | greedy"
            })
    void shouldReadWhatItPrints(String text) {
        assertThat(SamplerChain.parse(text)).hasToString(text);
        assertThat(SamplerChain.parse(text)).isEqualTo(SamplerChain.parse(text.replace(" | ", "|")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '~',
            value = {
                "top-k(3) ! must end with greedy, draw(SEED) or mirostat",
                "greedy | greedy ! greedy must be the last stage",
                "draw(1) | top-k(3) | greedy ! draw(1) must be the last stage",
                "~~ ! there is no sampler stage ''",
                "top-j(3) | greedy ! there is no sampler stage 'top-j'; there are bias,",
                "top-k(3 | greedy ! 'top-k(3' lacks its closing parenthesis",
                "top-k | greedy ! 'top-k' has 0 numbers, needs 1",
                "top-k(1,2) | greedy ! 'top-k(1,2)' has 2 numbers, needs 1",
                "greedy(1) ! has 1 numbers, needs 0",
                "top-k(many) | greedy ! 'top-k(many)' holds something that is no number",
                "top-k(0) | greedy ! top-k keeps 0 tokens, must be 1 or more",
                "top-p(1.5) | greedy ! top-p is 1.5, must be above 0 and at most 1",
                "top-p(NaN) | greedy ! top-p is NaN, must be above 0 and at most 1",
                "temperature(0) | greedy ! temperature of a chain is 0.0, must be above 0",
                "penalties(3,1,0) | greedy ! has 3 numbers, needs 4",
                "penalties(-1,1,0,0) | greedy ! penalty window is -1, must be 0 or more",
                "bias(3) | greedy ! bias '3' must read TOKEN:NUMBER",
                "bias(-3:1) | greedy ! token -3 is negative",
                "bias(3:NaN) | greedy ! logit bias of token 3 is NaN"
            })
    void shouldRefuseBadChainsWithASentence(String text, String message) {
        assertThatThrownBy(() -> SamplerChain.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRefuseBadParametersWithTheirName() {
        refuse(p -> p.withTemperature(-1), "temperature is -1.0, must be between 0 and 100");
        refuse(p -> p.withTemperature(Float.NaN), "temperature is NaN, must be between 0 and 100");
        refuse(p -> p.withTopK(-1), "top-k is -1, must be 0 (off) or more");
        refuse(p -> p.withTopP(0), "top-p is 0.0, must be above 0 and at most 1");
        refuse(p -> p.withMinP(1.1f), "min-p is 1.1, must be between 0 (off) and 1");
        refuse(p -> p.withTypicalP(2), "typical-p is 2.0, must be above 0 and at most 1");
        refuse(p -> p.withRepetitionPenalty(0), "repetition penalty is 0.0, must be above 0 (1 is neutral)");
        refuse(p -> p.withPenaltyWindow(-1), "penalty window is -1, must be 0 or more");
        refuse(p -> p.withPresencePenalty(101), "presence penalty is 101.0, must be between -100 and 100");
        refuse(p -> p.withFrequencyPenalty(Float.NaN), "frequency penalty is NaN, must be between -100 and 100");
        refuse(p -> p.withLogitBias(Map.of(1, Float.POSITIVE_INFINITY)), "must be a finite number or -Infinity");
    }

    @Test
    void shouldNotChangeWithTheMapOrListItWasMadeOf() {
        Map<Integer, Float> bias = new TreeMap<>(Map.of(1, 2f));
        var parameters = SamplingParameters.DEFAULT.withLogitBias(bias);
        bias.put(5, 1f);
        assertThat(parameters.logitBias()).isEqualTo(Map.of(1, 2f));
        assertThatThrownBy(() -> SamplerChain.GREEDY.stages().add(new SamplerStage.TopK(1)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(new SamplerChain(List.of(new SamplerStage.Greedy()))).isEqualTo(SamplerChain.GREEDY);
    }

    private static void refuse(UnaryOperator<SamplingParameters> change, String message) {
        assertThatThrownBy(() -> change.apply(SamplingParameters.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
