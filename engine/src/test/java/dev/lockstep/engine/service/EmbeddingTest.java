package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Prompt;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fake machine's hidden row is its position (from 1), its token, and the first token of the text. */
@Timeout(30)
class EmbeddingTest {
    @Test
    void shouldPoolTheTokensOfEachText() {
        try (var service = open(4)) {
            assertThat(vectors(service, Pooling.MEAN, false))
                    .containsExactly(List.of(2f, 20f, 10f), List.of(1f, 7f, 7f), List.of(3f, 3f, 1f));
            assertThat(vectors(service, Pooling.LAST, false))
                    .containsExactly(List.of(3f, 30f, 10f), List.of(1f, 7f, 7f), List.of(5f, 5f, 1f));
            assertThat(vectors(service, Pooling.CLS, false))
                    .containsExactly(List.of(1f, 10f, 10f), List.of(1f, 7f, 7f), List.of(1f, 1f, 1f));
            assertThat(vectors(service, Pooling.MODEL, false)).isEqualTo(vectors(service, Pooling.MEAN, false));
            assertThat(vectors(service, Pooling.CLS, true).getLast()).containsOnly((float) (1 / Math.sqrt(3)));
        }
    }

    @Test
    void shouldNotDependOnHowTextsAreCutIntoSteps() {
        try (var one = open(1);
                var many = open(100)) {
            assertThat(vectors(one, Pooling.MEAN, true)).isEqualTo(vectors(many, Pooling.MEAN, true));
        }
    }

    @Test
    void shouldRefuseEmptyAndLongTexts() {
        try (var service = open(4)) {
            assertThatThrownBy(() -> service.embed(request(Pooling.MEAN, false, List.of(List.of())))
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(InvalidRequestException.class);
            assertThatThrownBy(() -> service.embed(EmbeddingRequest.of(List.of("x".repeat(200))))
                            .join())
                    .hasCauseInstanceOf(ContextExceededException.class);
        }
    }

    private static List<List<Float>> vectors(InferenceService service, Pooling pooling, boolean normalized) {
        Embeddings embeddings = service.embed(
                        request(pooling, normalized, List.of(List.of(10, 20, 30), List.of(7), List.of(1, 2, 3, 4, 5))))
                .join();
        assertThat(embeddings.promptTokens()).isEqualTo(9);
        return embeddings.vectors().stream()
                .map(vector -> List.of(vector[0], vector[1], vector[2]))
                .toList();
    }

    private static EmbeddingRequest request(Pooling pooling, boolean normalized, List<List<Integer>> texts) {
        return new EmbeddingRequest(
                texts.stream().<Prompt>map(Prompt.Tokens::new).toList(), pooling, normalized, Priority.NORMAL);
    }

    private static InferenceService open(int maxStepTokens) {
        return InferenceService.open(
                new FakeModel().open(FakeMachine.hashing(100, maxStepTokens)), ServiceOptions.DEFAULT);
    }
}
