package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpecialTokensTest {
    @Test
    void shouldKnowTheRolesOfTokens() {
        var llama3 = GoldenVocabulary.tokenizer("llama3");
        assertThat(llama3.bos()).hasValue(328);
        assertThat(llama3.eos()).hasValue(332);
        assertThat(llama3.addsBos()).isTrue();
        assertThat(llama3.addsSpacePrefix()).isFalse();
        assertThat(names(llama3)).containsExactly("<|end_of_text|>", "<|eot_id|>");
        assertThat(llama3.isControl(330)).isTrue();
        assertThat(llama3.isControl(0)).isFalse();
        assertThat(llama3.piece(330)).isEqualTo("<|start_header_id|>");
        assertThat(llama3.bytes(330)).isEmpty();
        assertThat(llama3.bytes(220)).isEqualTo(new byte[] {' '});
    }

    @Test
    void shouldNotEndAnswersAtTheEndOfAHarmonyPart() {
        assertThat(names(GoldenVocabulary.tokenizer("gptoss")))
                .containsExactly("<|endoftext|>", "<|return|>", "<|call|>");
    }

    @Test
    void shouldEndAnswersAtTheTokensThatTheFileNames() {
        var metadata = GoldenVocabulary.load("llama3").testMetadata();
        var tokenizer =
                Tokenizer.of(metadata.with("tokenizer.ggml.eot_token_id", 7).with("tokenizer.ggml.eom_token_id", 8));
        assertThat(tokenizer.isEndOfGeneration(7)).isTrue();
        assertThat(tokenizer.isEndOfGeneration(8)).isTrue();
        assertThat(tokenizer.isEndOfGeneration(9)).isFalse();
    }

    @Test
    void shouldKnowTheTokensAroundGaps() {
        var names = List.of("a", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "b");
        assertThat(tokenizer(names, List.of(1, 3, 3, 3, 3, 1)).fillTokens())
                .contains(new FillTokens(1, 2, 3, OptionalInt.of(4)));
        assertThat(tokenizer(names.subList(0, 3), List.of(1, 3, 3)).fillTokens())
                .isEmpty();
        var told = GoldenVocabulary.load("llama3")
                .testMetadata()
                .with("tokenizer.ggml.fim_pre_token_id", 3)
                .with("tokenizer.ggml.suffix_token_id", 4)
                .with("tokenizer.ggml.middle_token_id", 5);
        assertThat(Tokenizer.of(told).fillTokens()).contains(new FillTokens(3, 4, 5, OptionalInt.empty()));
    }

    @Test
    void shouldPreferTheLongestTokenWhereverItStands() {
        // Types: 4 is user-defined, 3 control.
        var tokenizer = tokenizer(List.of("a", "b", "ab", "bbb", "<b>"), List.of(1, 1, 4, 4, 3));
        assertThat(tokenizer.encode("abbb", false, false)).containsExactly(0, 3);
        assertThat(tokenizer.encode("abab", false, false)).containsExactly(2, 2);
        assertThat(tokenizer.encode("a<b>", false, true)).containsExactly(0, 4);
        assertThat(tokenizer.encode("a<b>", false, false)).containsExactly(0, 1);
    }

    @Test
    void shouldNotLetTextBecomeAControlTokenByMerging() {
        var pairs = new TestMetadata(Map.of(
                "tokenizer.ggml.model", "gpt2",
                "tokenizer.ggml.tokens", List.of("a", "b", "ab"),
                "tokenizer.ggml.token_type", List.of(1, 1, 3),
                "tokenizer.ggml.merges", List.of("a b")));
        for (var name : List.of("gpt-2", "llama-bpe")) {
            var tokenizer = Tokenizer.of(pairs.with("tokenizer.ggml.pre", name));
            assertThat(tokenizer.encode("ab", false, false)).containsExactly(0, 1);
            assertThat(tokenizer.encode("ab", false, true)).containsExactly(2);
        }
        var pieces = new TestMetadata(Map.of(
                "tokenizer.ggml.model",
                "llama",
                "tokenizer.ggml.tokens",
                List.of("a", "b", "ab", "<unk>"),
                "tokenizer.ggml.scores",
                List.of(0, 0, 0, 0),
                "tokenizer.ggml.token_type",
                List.of(1, 1, 3, 2),
                "tokenizer.ggml.unknown_token_id",
                3,
                "tokenizer.ggml.add_space_prefix",
                false));
        assertThat(Tokenizer.of(pieces).encode("ab", false, false)).containsExactly(0, 1);
        assertThat(Tokenizer.of(pieces).encode("ab", false, true)).containsExactly(2);
    }

    @Test
    void shouldDropSpaceAfterSpecialTokensOfPhi3() {
        var phi3 = GoldenVocabulary.tokenizer("phi3");
        assertThat(phi3.decode(phi3.encode("<|user|> \n hi<|end|>\nyou", false, true)))
                .isEqualTo("hi you");
    }

    @Test
    void shouldAddWhatTheFileAsksFor() {
        var metadata = GoldenVocabulary.load("llama3").testMetadata();
        var bare = Tokenizer.of(metadata.with("tokenizer.ggml.add_bos_token", false));
        assertThat(bare.encode("", true, true)).isEmpty();
        var both = Tokenizer.of(metadata.with("tokenizer.ggml.add_eos_token", true));
        assertThat(both.encode("", true, true)).containsExactly(328, 332);
    }

    private static Tokenizer tokenizer(List<String> tokens, List<Integer> types) {
        return Tokenizer.of(new TestMetadata(Map.of(
                "tokenizer.ggml.model",
                "gpt2",
                "tokenizer.ggml.pre",
                "gpt-2",
                "tokenizer.ggml.tokens",
                tokens,
                "tokenizer.ggml.token_type",
                types,
                "tokenizer.ggml.merges",
                List.of())));
    }

    private static List<String> names(Tokenizer tokenizer) {
        return IntStream.range(0, tokenizer.vocabularySize())
                .filter(tokenizer::isEndOfGeneration)
                .mapToObj(tokenizer::piece)
                .toList();
    }
}
