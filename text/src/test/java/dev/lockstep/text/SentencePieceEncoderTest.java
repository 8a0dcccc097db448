package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentencePieceEncoderTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldFindTheSameTokensWordByWordAndInTheWholeText(long seed) {
        var metadata = GoldenVocabulary.load("spm").testMetadata();
        var vocabulary = Vocabulary.read(metadata);
        var encoder = new SentencePieceEncoder(
                vocabulary, SpecialTokens.read(metadata, vocabulary.size(), true, false), metadata);
        var splitter = new SpaceMarkSplitter(vocabulary);
        var random = RandomText.of(seed);
        for (int i = 0; i < 100; i++) {
            var text = random.next();
            var byWords = new IntList();
            splitter.split(text, word -> byWords.addAll(encoder.encode(word)));
            assertThat(byWords.toArray()).isEqualTo(encoder.encode(SpaceMark.write(text)));
        }
    }
}
