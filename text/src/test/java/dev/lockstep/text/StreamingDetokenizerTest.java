package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingDetokenizerTest {
    static final List<String> NAMES = GoldenVocabulary.NAMES;

    private static final String TEXT = "Grüße 👩\u200d👩\u200d👧 漢字 🇩🇪 कि\n𝔘 end";

    @ParameterizedTest
    @FieldSource("NAMES")
    void shouldNeverSplitACharacterWhereverTheStreamIsCut(String name) {
        var tokenizer = GoldenVocabulary.tokenizer(name);
        int[] tokens = tokenizer.encode(TEXT, true, false);
        for (int cut = 0; cut <= tokens.length; cut++) {
            var detokenizer = StreamingDetokenizer.atStart(tokenizer);
            var text = new StringBuilder();
            for (int i = 0; i < cut; i++) {
                var chunk = detokenizer.append(tokens[i]);
                assertThat(chunk.codePoints())
                        .noneMatch(c -> c == 0xfffd || Character.getType(c) == Character.SURROGATE);
                text.append(chunk);
            }
            assertThat(TEXT).startsWith(text);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldReplaceWrongBytesLikeTheJdkDoes(long seed) {
        var tokenizer = GoldenVocabulary.tokenizer("spm");
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            var detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
            var bytes = new ByteArrayOutputStream();
            var text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                int value = random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(0x80, 0x100);
                bytes.write(value);
                text.append(detokenizer.append(byteToken(value)));
            }
            text.append(detokenizer.flush());
            assertThat(text.toString()).isEqualTo(bytes.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldHoldBackAnIncompleteCharacterUntilFlushed() {
        var detokenizer = StreamingDetokenizer.afterPrompt(GoldenVocabulary.tokenizer("spm"));
        assertThat(detokenizer.append(byteToken(0xf0))).isEmpty();
        assertThat(detokenizer.append(byteToken(0x9f))).isEmpty();
        assertThat(detokenizer.append(byteToken('a'))).isEqualTo("\ufffda");
        assertThat(detokenizer.append(byteToken(0xe2))).isEmpty();
        assertThat(detokenizer.flush()).isEqualTo("\ufffd");
        assertThat(detokenizer.flush()).isEmpty();
        assertThat(detokenizer.append(byteToken('b'))).isEqualTo("b");
    }

    @Test
    void shouldTakeAwayTheSpacePrefixAtTheStartOnly() {
        var tokenizer = GoldenVocabulary.tokenizer("spm");
        int[] tokens = tokenizer.encode("we  are", true, false);
        var start = StreamingDetokenizer.atStart(tokenizer);
        var after = StreamingDetokenizer.afterPrompt(tokenizer);
        var fromStart = new StringBuilder();
        var afterPrompt = new StringBuilder();
        for (int token : tokens) {
            fromStart.append(start.append(token));
            afterPrompt.append(after.append(token));
        }
        assertThat(fromStart.toString()).isEqualTo("we  are");
        assertThat(afterPrompt.toString()).isEqualTo(" we  are");
    }

    @Test
    void shouldRefuseATokenThatDoesNotExist() {
        var tokenizer = GoldenVocabulary.tokenizer("spm");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {tokenizer.vocabularySize()}))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokenizer.piece(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** In this vocabulary. */
    private static int byteToken(int value) {
        return value + 3;
    }
}
