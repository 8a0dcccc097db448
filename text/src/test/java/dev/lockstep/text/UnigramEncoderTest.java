package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnigramEncoderTest {
    private static final List<String> TOKENS = List.of("<unk>", "▁", "a", "b", "ab", "abc", "▁ab", "bc");
    private static final List<Float> SCORES = List.of(0f, -2f, -3f, -3f, -2.5f, -9f, -6f, -2f);
    private static final List<Integer> TYPES = List.of(2, 1, 1, 1, 1, 1, 1, 1);

    @Test
    void shouldTakeTheMostLikelyPieces() {
        assertThat(encode(vocabulary(), "ab")).containsExactly(1, 4);
        // a + bc is likelier than ab + an unknown character, and than the longest piece.
        assertThat(encode(vocabulary(), "abc")).containsExactly(1, 2, 7);
        assertThat(encode(vocabulary(), "bb a")).containsExactly(1, 3, 3, 1, 2);
    }

    @Test
    void shouldMakeOneUnknownTokenOfUnknownNeighbours() {
        assertThat(encode(vocabulary(), "aäö b")).containsExactly(1, 2, 0, 1, 3);
    }

    @Test
    void shouldRefuseVocabulariesThatLeaveCharactersWithoutTokens() {
        assertThatThrownBy(() -> Tokenizer.of(vocabulary().without("tokenizer.ggml.unknown_token_id")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("has no tokens for all bytes, and no unknown token either");
    }

    private static int[] encode(TestMetadata metadata, String text) {
        return Tokenizer.of(metadata).encode(text, false, false);
    }

    private static TestMetadata vocabulary() {
        return new TestMetadata(Map.of(
                "tokenizer.ggml.model", "t5",
                "tokenizer.ggml.tokens", TOKENS,
                "tokenizer.ggml.scores", SCORES,
                "tokenizer.ggml.token_type", TYPES,
                "tokenizer.ggml.unknown_token_id", 0L));
    }
}
