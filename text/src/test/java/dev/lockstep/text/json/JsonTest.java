package dev.lockstep.text.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "false",
                "0",
                "-1.50e+3",
                "\"\"",
                "[]",
                "{}",
                "[1,[2,{}]]",
                "{\"b\":1,\"a\":{\"c\":[null]}}",
                "\"a\\\"\\\\\\n\\u0001ü🌍\""
            })
    void shouldWriteWhatItRead(String text) {
        assertThat(Json.parse(text).toString()).isEqualTo(text);
        assertThat(Json.of(Json.parse(text).toJava()).toString())
                .isEqualTo(Json.of(Json.parse(text).toJava()).toString());
    }

    @Test
    void shouldTakeSpaceAndEscapes() {
        assertThat(Json.parse(" { \"a\" : [ 1 , \"\\u0041\\/\\ud83c\\udf0d\" ] }\r\n\t")
                        .toJava())
                .isEqualTo(Map.of("a", List.of(1L, "A/🌍")));
        assertThat(Json.of(Arrays.asList(1, 2.5, null, true, Map.of("k", "v"))).toString())
                .isEqualTo("[1,2.5,null,true,{\"k\":\"v\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nul",
                "tru",
                "01",
                "1.",
                "-",
                "1e",
                ".5",
                "+1",
                "\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\n\"",
                "[1,]",
                "[1 2]",
                "{\"a\"}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":1,\"a\":2}",
                "[",
                "{",
                "1 2",
                "NaN",
                "'a'"
            })
    void shouldRefuse(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void shouldRefuseDeepNestingAndOddObjects() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.of(new Object())).isInstanceOf(IllegalArgumentException.class);
    }
}
