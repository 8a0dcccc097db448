package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A text and its tokens in three ways of encoding; {@code pieces} is the text of {@code ids} put together. */
record GoldenCase(
        String text,
        int[] ids,
        @JsonProperty("ids_add_special") int[] withSpecial,
        @JsonProperty("ids_add_parse_special") int[] withSpecialParsed,
        String pieces) {

    void check(Tokenizer tokenizer) {
        assertThat(tokenizer.encode(text, false, false)).as("'%s'", text).isEqualTo(ids);
        assertThat(tokenizer.encode(text, true, false))
                .as("'%s' with special", text)
                .isEqualTo(withSpecial);
        assertThat(tokenizer.encode(text, true, true))
                .as("'%s' with special parsed", text)
                .isEqualTo(withSpecialParsed);
        var detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
        var streamed = Arrays.stream(ids).mapToObj(detokenizer::append).collect(Collectors.joining());
        assertThat(streamed + detokenizer.flush()).as("pieces of '%s'", text).isEqualTo(pieces);
    }
}
