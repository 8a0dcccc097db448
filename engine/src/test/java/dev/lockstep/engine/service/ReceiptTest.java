package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplerStage;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReceiptTest {
    private final InferenceService service =
            InferenceService.open(new FakeModel().open(FakeMachine.hashing(500, 16)), ServiceOptions.DEFAULT);

    @Test
    void shouldMakeTheSameAnswerAgain() {
        try (service) {
            Receipt receipt = receipt(CompletionRequest.of("Once upon")
                    .sampling(SamplingParameters.DEFAULT
                            .withSeed(5)
                            .withRepetitionPenalty(1.1f)
                            .withLogitBias(Map.of(3, 1.5f))
                            .with(new SamplerStage.Xtc(0.5f, 0.01f)))
                    .maxTokens(60)
                    .choices(2)
                    .stopStrings(List.of("zzz"))
                    .constraint(new Constraint.Regex("[a-z ]*")));
            assertThat(receipt.outputs()).hasSize(2);
            assertThat(Receipt.parse(receipt.toJson())).isEqualTo(receipt);
            assertThat(service.replay(receipt)).isEmpty();
        }
    }

    @Test
    void shouldSayWhatDiffers() {
        try (service) {
            Receipt receipt = receipt(CompletionRequest.of("Once upon").maxTokens(10));
            List<Integer> other = new ArrayList<>(receipt.outputs().getFirst());
            other.set(4, other.get(4) + 1);
            var changed = new Receipt(
                    receipt.model(),
                    receipt.weights(),
                    receipt.program(),
                    receipt.template(),
                    receipt.prompt(),
                    receipt.parameters(),
                    List.of(other),
                    receipt.digest());
            assertThat(service.replay(changed))
                    .contains("the receipt was changed: its digest is not that of its content");
            assertThat(service.replay(changed.withDigest(Receipts.digest(changed)))
                            .orElseThrow())
                    .startsWith("choice 0 differs at token 4: the receipt has token " + other.get(4));
            var elsewhere = new Receipt(
                    "x", "other", receipt.program(), "", receipt.prompt(), receipt.parameters(), receipt.outputs(), "");
            assertThat(service.replay(elsewhere.withDigest(Receipts.digest(elsewhere)))
                            .orElseThrow())
                    .contains("weights");
        }
    }

    @Test
    void shouldNoticeAnotherChatTemplate() {
        Receipt talk;
        Receipt text;
        try (var one = templated("{{ messages[0].content }}")) {
            talk = one.complete(
                            CompletionRequest.of(Conversation.of("Once"))
                                    .maxTokens(5)
                                    .receipt(true)
                                    .build(),
                            _ -> {})
                    .receipt()
                    .orElseThrow();
            text = one.complete(
                            CompletionRequest.of("Once")
                                    .maxTokens(5)
                                    .receipt(true)
                                    .build(),
                            _ -> {})
                    .receipt()
                    .orElseThrow();
            assertThat(one.replay(Receipt.parse(talk.toJson()))).isEmpty();
        }
        try (var other = templated("User: {{ messages[0].content }}")) {
            assertThat(other.replay(talk).orElseThrow()).startsWith("the chat template differs");
            assertThat(other.replay(text)).isEmpty();
        }
    }

    private static InferenceService templated(String template) {
        return InferenceService.open(
                new FakeModel().openWithTemplate(FakeMachine.hashing(500, 16), template), ServiceOptions.DEFAULT);
    }

    @Test
    void shouldReadParametersBackFromTheirChain() {
        for (SamplingParameters parameters : List.of(
                SamplingParameters.DEFAULT,
                SamplingParameters.GREEDY,
                SamplingParameters.DEFAULT
                        .withTemperature(1)
                        .withTopK(0)
                        .withMinP(0)
                        .withTypicalP(0.9f),
                SamplingParameters.DEFAULT
                        .with(new SamplerStage.Mirostat(2, 5, 0.1f, 0))
                        .withSeed(8),
                SamplingParameters.DEFAULT
                        .with(new SamplerStage.Dry(1, 2, 2, 50, Set.of(1)))
                        .with(new SamplerStage.TopNSigma(1))
                        .with(new SamplerStage.DynamicTemperature(0.5f, 1, 1)))) {
            assertThat(SamplingParameters.of(parameters.chain()).chain()).isEqualTo(parameters.chain());
        }
        assertThatThrownBy(() -> SamplingParameters.of(SamplerChain.parse("temperature(0.5) | top-k(3) | greedy")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not in the order");
    }

    @Test
    void shouldRefuseWhatIsNoReceipt() {
        try (service) {
            for (String text : List.of("", "[]", "{}", "{\"model\":1}")) {
                assertThatThrownBy(() -> Receipt.parse(text))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("this is no receipt");
            }
        }
    }

    private Receipt receipt(CompletionRequest.Builder request) {
        return service.submit(request.receipt(true).build(), _ -> {})
                .result()
                .join()
                .receipt()
                .orElseThrow();
    }
}
