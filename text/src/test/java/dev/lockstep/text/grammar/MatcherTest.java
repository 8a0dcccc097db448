package dev.lockstep.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class MatcherTest {
    private static final String SCHEMA = """
            {"type":"object","properties":{
              "name":{"type":"string","maxLength":12},
              "tags":{"type":"array","items":{"enum":["red","green","blue"]},"maxItems":3},
              "age":{"type":"integer","minimum":0,"maximum":130},
              "more":{"$ref":"#"}},
             "required":["name","age"]}""";

    private static final Tokenizer TOKENIZER = new Pieces();
    private static final TokenVocabulary VOCABULARY = TokenVocabulary.of(TOKENIZER, 400);

    @Test
    void shouldTakeOneGrammarBehindAMarkOrAnother() {
        Grammar either = Grammar.jsonSchema("{\"enum\":[1,2]}").behind("call ", Grammar.regex("[ab]+"));
        assertThat(List.of("call 1", "call 2", "a", "abba")).allMatch(text -> Texts.accepts(either, text));
        assertThat(List.of("1", "call ", "call a", "call1", "c")).noneMatch(text -> Texts.accepts(either, text));
    }

    @Test
    void shouldAllowControlTokensThatAreNamedAsMarks() {
        Grammar grammar = Grammar.regex("<call>1");
        assertThat(grammar.compile(VOCABULARY).matcher().allows(Pieces.MARK)).isFalse();
        Matcher matcher = grammar.compile(TokenVocabulary.of(TOKENIZER, 400, Set.of("<call>")))
                .matcher();
        assertThat(matcher.allows(Pieces.MARK)).isTrue();
        matcher.accept(Pieces.MARK);
        matcher.accept('1');
        assertThat(matcher.finished()).isTrue();
    }

    /** What the mask says of a token is what the automaton says of its bytes. */
    @RepeatedTest(10)
    void shouldAllowExactlyTheTokensWhoseBytesGoOn(RepetitionInfo repetition) {
        Grammar grammar = Grammar.jsonSchema(SCHEMA);
        CompiledGrammar compiled = grammar.compile(VOCABULARY);
        var random = new Random(repetition.getCurrentRepetition());
        Matcher matcher = compiled.matcher();
        var text = new ByteArrayOutputStream();
        for (int step = 0; step < 40 && !matcher.finished(); step++) {
            List<Integer> allowed = new ArrayList<>();
            for (int token = 0; token < VOCABULARY.size(); token++) {
                byte[] piece = TOKENIZER.bytes(Math.min(token, Pieces.END));
                boolean expected = token < Pieces.END && Texts.begins(grammar, joined(text, piece))
                        || token == Pieces.END && Texts.accepts(grammar, text.toByteArray());
                assertThat(matcher.allows(token))
                        .as("%d after '%s'", token, text)
                        .isEqualTo(expected);
                if (expected && token != Pieces.END) {
                    allowed.add(token);
                }
            }
            int token = allowed.get(random.nextInt(allowed.size()));
            matcher.accept(token);
            text.writeBytes(TOKENIZER.bytes(token));
        }
    }

    /** Far from its bounds, a repetition allows the same tokens everywhere; near them it does not. */
    @Test
    void shouldCountLongRepetitionsToTheEnd() {
        Grammar grammar = Grammar.jsonSchema("{\"type\":\"string\",\"minLength\":70,\"maxLength\":150}");
        Matcher matcher = grammar.compile(VOCABULARY).matcher();
        var text = new StringBuilder("\"");
        matcher.accept('"');
        for (int length = 0; length <= 150; length++) {
            for (String piece : List.of("a", "\"", "name", "ü", "\\u00", "null")) {
                int token = IntStream.range(0, Pieces.END)
                        .filter(t -> piece.equals(new String(TOKENIZER.bytes(t), StandardCharsets.UTF_8)))
                        .findFirst()
                        .orElseThrow();
                assertThat(matcher.allows(token))
                        .as("%s after %d characters", piece, length)
                        .isEqualTo(Texts.begins(grammar, text + piece));
            }
            if (length < 150) {
                text.append("a");
                matcher.accept('a');
            }
        }
    }

    private static byte[] joined(ByteArrayOutputStream text, byte[] piece) {
        var joined = new ByteArrayOutputStream();
        joined.writeBytes(text.toByteArray());
        joined.writeBytes(piece);
        return joined.toByteArray();
    }

    @RepeatedTest(50)
    void shouldLeadToJson(RepetitionInfo repetition) {
        Matcher matcher = Grammar.jsonSchema(SCHEMA).compile(VOCABULARY).matcher();
        var random = new Random(repetition.getCurrentRepetition());
        var text = new ByteArrayOutputStream();
        while (!matcher.complete()) {
            int token = random.nextInt(Pieces.END);
            if (matcher.allows(token)) {
                matcher.accept(token);
                text.writeBytes(TOKENIZER.bytes(token));
            }
        }
        var object = (Json.Obj) Json.parse(text.toString(StandardCharsets.UTF_8));
        assertThat(object.members().keySet()).contains("name", "age").isSubsetOf("name", "age", "tags", "more");
        assertThat(((Json.Num) object.get("age").orElseThrow()).value().intValueExact())
                .isBetween(0, 130);
        assertThat(((Json.Str) object.get("name").orElseThrow())
                        .text()
                        .codePoints()
                        .count())
                .isLessThanOrEqualTo(12);
    }

    @Test
    void shouldEndWhereNothingFollows() {
        Matcher matcher =
                Grammar.gbnf("root ::= \"ab\" \"c\"?").compile(VOCABULARY).matcher();
        assertThat(matcher.complete()).isFalse();
        matcher.accept('a');
        assertThat(matcher.allows(Pieces.END)).isFalse();
        assertThatThrownBy(() -> matcher.accept('c')).isInstanceOf(IllegalArgumentException.class);
        matcher.accept('b');
        assertThat(matcher.complete()).isTrue();
        assertThat(matcher.allows(Pieces.END)).isTrue();
        Matcher copy = matcher.copy();
        matcher.accept('c');
        assertThat(matcher.finished()).isTrue();
        assertThat(copy.finished()).isFalse();
    }

    @Test
    void shouldSayThatItIsStuckWhereTheVocabularyLacksALetter() {
        TokenVocabulary letters = TokenVocabulary.of(TOKENIZER, 'c');
        Matcher matcher = Grammar.gbnf("root ::= \"ac\"").compile(letters).matcher();
        assertThat(matcher.stuck()).isFalse();
        matcher.accept('a');
        assertThat(matcher.stuck()).isTrue();
    }

    @Test
    void shouldForgetStatesAndGoOn() {
        Matcher matcher = Grammar.gbnf("root ::= \"(\" root \")\" | [a-z]{0,40000}")
                .compile(VOCABULARY)
                .matcher();
        for (int i = 0; i < 39_000; i++) {
            matcher.accept('a');
        }
        assertThat(matcher.complete()).isTrue();
    }

    /** Single bytes, and pieces of JSON that cross its parts. */
    private static final class Pieces implements Tokenizer {
        private static final String[] LONGER = {
            "{\"",
            "\":",
            "\",\"",
            "name",
            "\"name\":",
            "\"age\"",
            " \"",
            "},",
            "}",
            "]",
            "[\"",
            "red",
            "\"red\"",
            "green\",",
            "1",
            "12",
            "130",
            "\\\"",
            "\\u00",
            "ü",
            "🌍",
            "null",
            ", ",
            "\n ",
            "more",
            "\"more\":{\"name\":\""
        };
        private static final int END = 256 + LONGER.length;
        private static final int MARK = END + 1;

        @Override
        public byte[] bytes(int token) {
            if (token < 256) {
                return new byte[] {(byte) token};
            }
            return token < END ? LONGER[token - 256].getBytes(StandardCharsets.UTF_8) : new byte[0];
        }

        @Override
        public int vocabularySize() {
            return MARK + 1;
        }

        @Override
        public boolean isControl(int token) {
            return token >= END;
        }

        @Override
        public boolean isEndOfGeneration(int token) {
            return token == END;
        }

        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String piece(int token) {
            return token == MARK ? "<call>" : "";
        }

        @Override
        public OptionalInt bos() {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt eos() {
            return OptionalInt.of(END);
        }

        @Override
        public boolean addsBos() {
            return false;
        }

        @Override
        public boolean addsSpacePrefix() {
            return false;
        }
    }
}
