package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreTokenizerTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "gpt-2; \"I'll pay  1234 €!\"; \"I,'ll, pay, , 1234, €!\"",
                "starcoder; \"pay 1234\"; \"pay, ,1,2,3,4\"",
                "falcon; \"a 12345 `b`\"; \"a, ,123,45, ,`,b,`\"",
                "llama-bpe; \"I'LL pay 12345 €!\"; \"I,'LL, pay, ,123,45, €!\"",
                "llama3; \"don'ſ x\"; \"don,'ſ, x\"",
                "qwen2; \"a 123\"; \"a, ,1,2,3\"",
                "qwen2; \"कि\"; \"क,ि\"",
                "qwen35; \"कि\"; \"कि\"",
                "gpt-4o; \"HTMLPage's fooBar\"; \"HTMLPage's, foo,Bar\"",
                "tekken; \"HTMLPage's 12\"; \"HTMLPage,'s, ,1,2\"",
                "deepseek-v3; \"漢字a 12345.\"; \"漢字,a, ,123,45,.\"",
                "deepseek-coder; \" a!b12\"; \" a,!,b,1,2\"",
                "seed-coder; \"a!! 12\"; \"a,!!, ,1,2\"",
                "bailingmoe; \"it's 12\"; \"it,'s, ,1,2\"",
                "bloom; \"a b. 12\"; \"a, b,., 12\"",
                "viking; \"a b. 12\"; \"a, b,., ,1,2\"",
                "default; \"a+b 1234\"; \"a,+,b, ,123,4\"",
            })
    void shouldCutLikeThePublishedExpressions(String name, String text, String words) {
        var found = new ArrayList<String>();
        PreTokenizer.read(new TestMetadata(Map.of("tokenizer.ggml.pre", name)))
                .splitter()
                .split(text, found::add);
        assertThat(String.join(",", found)).isEqualTo(words);
    }
}
