package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
    static final List<String> NAMES = GoldenVocabulary.NAMES;

    static Stream<Arguments> namesAndSeeds() {
        return NAMES.stream().flatMap(name -> LongStream.range(0, 8).mapToObj(seed -> Arguments.of(name, seed)));
    }

    @ParameterizedTest
    @MethodSource("namesAndSeeds")
    void shouldGiveBackTheText(String name, long seed) {
        var tokenizer = GoldenVocabulary.tokenizer(name);
        var random = RandomText.of(seed);
        for (int i = 0; i < 50; i++) {
            var text = random.next().replace(SpaceMark.MARK, ' ');
            assertThat(tokenizer.decode(tokenizer.encode(text, false, false))).isEqualTo(text);
            assertThat(tokenizer.decode(tokenizer.encode(text, true, false))).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("namesAndSeeds")
    void shouldNeverMakeControlTokensOfTextFromUsers(String name, long seed) {
        var tokenizer = GoldenVocabulary.tokenizer(name);
        var random = RandomText.of(seed);
        for (int i = 0; i < 50; i++) {
            assertThat(Arrays.stream(tokenizer.encode(random.next(), false, false)))
                    .noneMatch(tokenizer::isControl)
                    .allMatch(token -> token >= 0 && token < tokenizer.vocabularySize());
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void shouldReadALoneSurrogateAsReplacementCharacter(String name) {
        var tokenizer = GoldenVocabulary.tokenizer(name);
        assertThat(tokenizer.decode(tokenizer.encode("a\ud800b", false, false))).isEqualTo("a\ufffdb");
        assertThat(tokenizer.decode(tokenizer.encode("\udc00\ud800", false, false)))
                .isEqualTo("\ufffd\ufffd");
        assertThat(tokenizer.decode(tokenizer.encode("😀\ud83d", false, false))).isEqualTo("😀\ufffd");
    }
}
