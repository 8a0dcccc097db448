package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Long texts without a place to cut. An algorithm that is quadratic in their length would not end in
 * the time that a person waits for a test.
 */
class LongTextTest {
    private static final int MILLION = 1 << 20;
    private static final int LONG = 1 << 15;
    private static final long READS_PER_CHARACTER = 100;
    private static final int SMALL_STACK_BYTES = 256 << 10;

    private static final List<String> PATTERNS =
            List.of("a", "A", " ", "ab", "\n ", "1", "!", "'", "é", "漢", "\u0301", "aB", " \t", "<|");

    @ParameterizedTest
    @ValueSource(strings = {"spm", "llama3", "gptoss"})
    void shouldEncodeAMillionCharactersWithoutPause(String name) throws InterruptedException {
        var tokenizer = GoldenVocabulary.tokenizer(name);
        onSmallStack(() -> {
            for (var pattern : List.of("a", " ", "ab", "漢", "<|end|>")) {
                var text = pattern.repeat(MILLION / pattern.length()) + "x";
                assertThat(tokenizer.decode(tokenizer.encode(text, false, false)))
                        .isEqualTo(text);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 300})
    void shouldFindSpecialTokensThatOverlapEverywhere(int longest) {
        var names = IntStream.rangeClosed(1, longest).mapToObj("a"::repeat).toList();
        var tokenizer = Tokenizer.of(new TestMetadata(Map.of(
                "tokenizer.ggml.model",
                "gpt2",
                "tokenizer.ggml.tokens",
                names,
                "tokenizer.ggml.token_type",
                Collections.nCopies(longest, 4),
                "tokenizer.ggml.merges",
                List.of())));
        int[] tokens = tokenizer.encode("a".repeat(LONG), false, false);
        assertThat(tokens).hasSize(Math.ceilDiv(LONG, longest)).startsWith(longest - 1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldCutLongTextsInLinearTime(PreTokenizer preTokenizer) throws InterruptedException {
        var splitter = preTokenizer.splitter();
        onSmallStack(() -> {
            for (var pattern : PATTERNS) {
                for (var end : List.of("", "x", "1", ".")) {
                    var text = new CountingText(pattern.repeat(LONG / pattern.length()) + end);
                    assertCutsWithoutLoss(splitter, text);
                    assertThat(text.reads)
                            .as("reads of '%s' … '%s'", pattern, end)
                            .isLessThan(READS_PER_CHARACTER * LONG);
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldCutAnyTextIntoAllOfTheText(long seed) {
        var random = RandomText.of(seed);
        for (int i = 0; i < 100; i++) {
            var text = random.next();
            for (var preTokenizer : PreTokenizer.values()) {
                assertCutsWithoutLoss(preTokenizer.splitter(), text);
            }
        }
    }

    private static void assertCutsWithoutLoss(WordSplitter splitter, CharSequence text) {
        var words = new ArrayList<String>();
        splitter.split(text, words::add);
        assertThat(words.contains("")).isFalse();
        assertThat(String.join("", words).contentEquals(text)).isTrue();
    }

    /** Knows how often its characters were looked at. */
    private static final class CountingText implements CharSequence {
        private final String text;
        private long reads;

        CountingText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static void onSmallStack(Runnable test) throws InterruptedException {
        var failure = new AtomicReference<Throwable>();
        var thread = new Thread(null, test, "small stack", SMALL_STACK_BYTES);
        thread.setUncaughtExceptionHandler((dead, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
    }
}
