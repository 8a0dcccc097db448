package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Vocabularies that must be refused, with a sentence that names file and key. */
class TokenizerRejectionTest {
    private final TestMetadata pairs = GoldenVocabulary.load("llama3").testMetadata();
    private final TestMetadata pieces = GoldenVocabulary.load("spm").testMetadata();

    @Test
    void shouldAcceptWhatTheCasesAreMadeFrom() {
        assertThatCode(() -> Tokenizer.of(pairs)).doesNotThrowAnyException();
        assertThatCode(() -> Tokenizer.of(pieces)).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseUnknownKinds() {
        rejected(new TestMetadata(Map.of()), "tokenizer.ggml.model is missing");
        rejected(
                pairs.with("tokenizer.ggml.model", "rwkv"),
                "tokenizer.ggml.model is 'rwkv'; supported are llama, t5, gpt2 and bert");
        rejected(
                pieces.with("tokenizer.ggml.model", "t5").with("tokenizer.ggml.precompiled_charsmap", List.of()),
                "tokenizer.ggml.precompiled_charsmap replaces characters");
        rejected(
                pairs.with("tokenizer.ggml.pre", "klingon"),
                "tokenizer.ggml.pre is 'klingon'; supported are a.x-4.0, ");
    }

    @Test
    void shouldRefuseMissingParts() {
        rejected(pairs.without("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens is missing");
        rejected(pairs.with("tokenizer.ggml.tokens", List.of()), "tokenizer.ggml.tokens is empty");
        rejected(pairs.without("tokenizer.ggml.merges"), "tokenizer.ggml.merges is missing");
        rejected(pieces.without("tokenizer.ggml.scores"), "tokenizer.ggml.scores is missing");
        rejected(
                pairs.without("tokenizer.ggml.bos_token_id"),
                "tokenizer.ggml.bos_token_id is missing, although tokenizer.ggml.add_bos_token is true");
    }

    @Test
    void shouldRefuseListsOfDifferentLengths() {
        rejected(
                pairs.with("tokenizer.ggml.token_type", List.of(1)),
                "tokenizer.ggml.token_type has 1 entries, but the vocabulary has 333");
        rejected(
                pieces.with("tokenizer.ggml.scores", List.of()),
                "tokenizer.ggml.scores has 0 entries, but the vocabulary has 397");
    }

    @Test
    void shouldRefuseTokensOutOfRange() {
        for (var role : List.of("bos", "eos", "eot", "eom", "unknown", "seperator")) {
            var key = "tokenizer.ggml." + role + "_token_id";
            rejected(pairs.with(key, 333), key + " is 333, but the vocabulary has 333 tokens");
            rejected(pairs.with(key, -1), key + " is -1, but");
            rejected(pairs.with(key, 1L << 40), key + " is 1099511627776, but");
        }
    }

    @Test
    void shouldRefuseDuplicateTokens() {
        rejected(changed(pairs, "tokens", 5, "!"), "tokenizer.ggml.tokens has '!' twice, as 0 and 5");
    }

    @Test
    void shouldNotQuoteEndlessTexts() {
        rejected(
                pairs.with("tokenizer.ggml.pre", "x".repeat(1000)),
                "tokenizer.ggml.pre is '" + "x".repeat(60) + "…'; supported are ");
    }

    @Test
    void shouldAcceptSeveralEmptyTokens() {
        var empty = new ArrayList<Object>(Collections.nCopies(3, ""));
        empty.add("a");
        var metadata = pairs.with("tokenizer.ggml.tokens", empty)
                .with("tokenizer.ggml.merges", List.of())
                .without("tokenizer.ggml.token_type")
                .with("tokenizer.ggml.bos_token_id", 0)
                .with("tokenizer.ggml.eos_token_id", 1);
        assertThatCode(() -> Tokenizer.of(metadata).encode("a b", true, true)).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseMergesThatCannotBe() {
        rejected(changed(pairs, "merges", 3, "Ġ nosuchtoken"), "tokenizer.ggml.merges has 'Ġ nosuchtoken' at 3");
        rejected(changed(pairs, "merges", 3, "nosuchtoken i"), "tokenizer.ggml.merges has 'nosuchtoken i' at 3");
        rejected(changed(pairs, "merges", 3, "Q Q"), "tokenizer.ggml.merges has 'Q Q' at 3");
        for (var merge : List.of("", " ", "in", "i ", " n")) {
            rejected(changed(pairs, "merges", 3, merge), "tokenizer.ggml.merges has '" + merge + "' at 3");
        }
    }

    @Test
    void shouldRefuseScoresThatAreNotNumbers() {
        rejected(changed(pieces, "scores", 300, Double.NaN), "tokenizer.ggml.scores has NaN for token 300");
    }

    @Test
    void shouldRefuseBrokenByteTokens() {
        for (var name : List.of("<0x4>", "<0x4G>", "<0xx1>", "[0x41]", "byte")) {
            rejected(changed(pieces, "tokens", 3, name), "tokenizer.ggml.tokens has '" + name + "' as byte token 3");
        }
        rejected(
                changed(pieces, "token_type", 3 + 0x41, 1).without("tokenizer.ggml.unknown_token_id"),
                "tokenizer.ggml.tokens has no byte token <0x41>, and no unknown token either");
    }

    @Test
    void shouldRefuseEndlessSpecialTokens() {
        rejected(
                changed(pairs, "tokens", 329, "<".repeat(2000)),
                "tokenizer.ggml.tokens has a special token, 329, of more than 1024 characters");
    }

    @Test
    void shouldRefuseWordPieceWithoutUnknownToken() {
        rejected(pairs.with("tokenizer.ggml.model", "bert"), "tokenizer.ggml.unknown_token_id is missing");
    }

    private static TestMetadata changed(TestMetadata metadata, String list, int place, Object value) {
        var key = "tokenizer.ggml." + list;
        var values = new ArrayList<Object>((List<?>) metadata.values().get(key));
        values.set(place, value);
        return metadata.with(key, values);
    }

    private static void rejected(TestMetadata metadata, String message) {
        assertThatThrownBy(() -> Tokenizer.of(metadata))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("test.gguf: " + message);
    }
}
