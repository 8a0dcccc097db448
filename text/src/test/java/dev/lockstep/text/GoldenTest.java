package dev.lockstep.text;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of the small vocabularies in the test resources. */
class GoldenTest {
    @TestFactory
    Stream<DynamicTest> shouldFindTheTokensThatOtherEnginesFind() {
        return GoldenVocabulary.NAMES.stream().flatMap(name -> {
            var golden = GoldenVocabulary.load(name);
            var tokenizer = Tokenizer.of(golden.testMetadata());
            return IntStream.range(0, golden.cases().size())
                    .mapToObj(i -> DynamicTest.dynamicTest(
                            name + " case " + i, () -> golden.cases().get(i).check(tokenizer)));
        });
    }
}
