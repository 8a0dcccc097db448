package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordPieceTest {
    private final Tokenizer tokenizer = Tokenizer.of(new TestMetadata(Map.of(
            "tokenizer.ggml.model",
            "bert",
            "tokenizer.ggml.tokens",
            List.of("[UNK]", "[CLS]", "[SEP]", "▁un", "▁unaff", "aff", "able", "▁,", "▁漢", "▁eleve", "▁unaffa"),
            "tokenizer.ggml.token_type",
            List.of(3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1),
            "tokenizer.ggml.cls_token_id",
            1,
            "tokenizer.ggml.seperator_token_id",
            2,
            "tokenizer.ggml.unknown_token_id",
            0)));

    @Test
    void shouldTakeTheLongestTokenFromTheLeft() {
        assertThat(tokenizer.encode("unable", false, false)).containsExactly(3, 6);
        assertThat(tokenizer.encode("unaff", false, false)).containsExactly(4);
    }

    @Test
    void shouldReadAWordThatCannotBeCoveredAsUnknown() {
        assertThat(tokenizer.encode("unaffable unable", false, false)).containsExactly(0, 3, 6);
    }

    @Test
    void shouldFoldCaseAndDropAccents() {
        assertThat(tokenizer.encode("Élève", false, false)).containsExactly(9);
    }

    @Test
    void shouldCutAroundPunctuationAndChineseCharacters() {
        assertThat(tokenizer.encode("un,漢un\u0000", false, false)).containsExactly(3, 7, 8, 3);
    }

    @Test
    void shouldPutTheTokensOfASentenceAroundIt() {
        assertThat(tokenizer.encode("un", true, false)).containsExactly(1, 3, 2);
        assertThat(tokenizer.encode("un[SEP]un", false, true)).containsExactly(3, 2, 3);
    }

    @Test
    void shouldDecodeWithSpacesBetweenWords() {
        assertThat(tokenizer.decode(new int[] {1, 3, 6, 7, 4, 2})).isEqualTo("unable , unaff");
    }
}
