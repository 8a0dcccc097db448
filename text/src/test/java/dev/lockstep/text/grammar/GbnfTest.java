package dev.lockstep.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfTest {
    @Test
    void shouldReadTheNotation() {
        Grammar grammar = Grammar.gbnf("""
                # an expression
                root  ::= (expr "=" ws term "\\n")+
                expr  ::= term ([-+*/] term)*
                term  ::= ident | num |
                          "(" ws expr ")" ws
                ident ::= [a-z] [a-z0-9_]* ws
                num   ::= [0-9]+ ws   # a number
                ws    ::= [ \\t\\n]*
                """);
        assertThat(Texts.accepts(grammar, "a+1=b\n")).isTrue();
        assertThat(Texts.accepts(grammar, "(a -( b*2)) /c9 = 12\nx=1\n")).isTrue();
        assertThat(Texts.accepts(grammar, "(a=1\n")).isFalse();
        assertThat(Texts.begins(grammar, "((((((")).isTrue();
        assertThat(Texts.begins(grammar, "a++")).isFalse();
    }

    @Test
    void shouldReadEscapesClassesAndCounts() {
        Grammar grammar =
                Grammar.gbnf("root ::= \"\\x41\\u00e4\\\"\" [^\\]a-c] .{2,3} \"b\"? other-1\nother-1 ::= [\\-x]");
        assertThat(Texts.accepts(grammar, "Aä\"d🌍\n-")).isTrue();
        assertThat(Texts.accepts(grammar, "Aä\"dxyzbx")).isTrue();
        assertThat(Texts.accepts(grammar, "Aä\"axyzbx")).isFalse();
        assertThat(Texts.accepts(grammar, "Aä\"]xyzbx")).isFalse();
    }

    @Test
    void shouldCountBrackets() {
        Grammar grammar = Grammar.gbnf("root ::= \"(\" root \")\" | \"\"");
        assertThat(Texts.accepts(grammar, "(".repeat(500) + ")".repeat(500))).isTrue();
        assertThat(Texts.accepts(grammar, "(".repeat(500) + ")".repeat(499))).isFalse();
        assertThat(Texts.begins(grammar, "())")).isFalse();
        assertThat(Texts.begins(grammar, "(".repeat(5000))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "a ::= \"b\" ! it has no rule \"root\"",
                "root ::= other ! there is no rule \"other\"",
                "root ::= root \"a\" | \"b\" ! may begin with itself",
                "root ::= a root\\na ::= \"x\"? ! may begin with itself",
                "root ::= \"a ! it ends too early",
                "root ::= (\"a\" ! there must be ')'",
                "root ::= [a ! it ends too early",
                "root = \"a\" ! there must be '::='",
                "root ::= \"a\"\\nroot ::= \"b\" ! comes twice",
                "root ::= \"\\q\" ! there is no escape",
                "root ::= \"a\"{3,1} ! more at least than at most",
                "root ::= \"a\"{99999} \"b\"{99999} \"c\"{99999} \"d\"{99999} \"e\"{99999} ! too large",
            })
    void shouldRefuse(String grammar, String complaint) {
        assertThatThrownBy(() -> Grammar.gbnf(grammar.replace("\\n", "\n")))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(complaint);
    }
}
