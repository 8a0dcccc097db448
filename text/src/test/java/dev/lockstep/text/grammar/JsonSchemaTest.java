package dev.lockstep.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaTest {
    @Test
    void shouldTakeTheTypesOfJson() {
        check("{'type':'string'}")
                .yes("''", "'a'", "'\\n\\u00e9ü🌍'")
                .no("'", "a", "'\\x'", "'\\ud800'", "'a\nb'", "1");
        check("{'type':'integer'}").yes("0", "-1", "120").no("01", "1.0", "-", "1e3", "");
        check("{'type':'number'}").yes("0", "-1.50", "1e-3").no("1.", ".5", "+1");
        check("{'type':'boolean'}").yes("true", "false").no("True", "null");
        check("{'type':'null'}").yes("null").no("0");
        check("{'type':['string','null']}").yes("null", "'x'").no("1");
        check("{'type':'object'}")
                .yes("{}", "{'a':[1,{'b':null}]}", "{ 'a': 1 }")
                .no("[]", "{'a'}", "{'a':1,}");
        check("{'type':'array'}").yes("[]", "[1,'a',[]]").no("[1,]", "{}");
        check("{}").yes("1", "'a'", "{}", "[null]").no("x", "");
        check("true").yes("1").no("x");
    }

    @Test
    void shouldKeepMembersInTheirOrder() {
        check("{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'string'},'c':{'type':'null'}},"
                        + "'required':['b']}")
                .yes("{'b':'x'}", "{'a':1,'b':'x'}", "{'a':1,'b':'x','c':null}", "{\n  'b': 'x', 'c': null\n}")
                .no("{}", "{'a':1}", "{'b':'x','a':1}", "{'b':1}", "{'b':'x','d':1}", "{'b':'x',}", "{,'b':'x'}");
        check("{'properties':{'a':{},'b':{}}}")
                .yes("{}", "{'a':1}", "{'b':1}", "{'a':1,'b':2}")
                .no("{'b':1,'a':2}");
    }

    @Test
    void shouldTakeOtherMembersWhereAllowed() {
        check("{'type':'object','properties':{'ab':{'type':'integer'}},'additionalProperties':{'type':'string'}}")
                .yes("{}", "{'ab':1}", "{'ab':1,'x':'y'}", "{'a':'y','abc':'z','':'q'}")
                .no("{'ab':'x'}", "{'x':1}", "{'x':'y','ab':1}");
        check("{'type':'object','additionalProperties':{'type':'integer'},'minProperties':1,'maxProperties':2}")
                .yes("{'a':1}", "{'a':1,'b':2}")
                .no("{}", "{'a':1,'b':2,'c':3}");
        check("{'type':'object','additionalProperties':false}").yes("{}", "{ }").no("{'a':1}");
        check("{'type':'object','patternProperties':{'^x-':{'type':'integer'}},'additionalProperties':false}")
                .yes("{}", "{'x-a':1}")
                .no("{'y':1}", "{'x-a':''}");
        check("{'type':'object','propertyNames':{'pattern':'^[a-z]+$'}}")
                .yes("{'a':1}")
                .no("{'A':1}");
        check("{'type':'object','required':['q']}").yes("{'q':1}").no("{}");
    }

    @Test
    void shouldTakeArrays() {
        check("{'type':'array','items':{'type':'integer'},'minItems':1,'maxItems':3}")
                .yes("[1]", "[1, 2,3]")
                .no("[]", "[1,2,3,4]", "['a']");
        check("{'prefixItems':[{'type':'integer'},{'type':'string'}],'items':false}")
                .yes("[]", "[1]", "[1,'a']")
                .no("[1,'a',1]", "['a']");
        check("{'prefixItems':[{'type':'integer'}],'items':{'type':'null'},'minItems':2,'maxItems':3}")
                .yes("[1,null]", "[1,null,null]")
                .no("[1]", "[1,null,null,null]");
        check("{'type':'array','maxItems':0}").yes("[]").no("[1]");
    }

    @Test
    void shouldTakeConstantsAndOptions() {
        check("{'enum':['a',1,null,{'x':[true]}]}")
                .yes("'a'", "1", "null", "{'x':[true]}")
                .no("'b'", "true");
        check("{'const':'a\\\"b'}").yes("'a\\'b'").no("'a'");
        check("{'anyOf':[{'type':'integer'},{'type':'string','maxLength':1}]}")
                .yes("1", "'a'")
                .no("'ab'");
        check("{'type':'object','properties':{'k':{'const':1}},'oneOf':[{'required':['k']},{'required':['k']}]}")
                .yes("{'k':1}")
                .no("{}");
        check("{'allOf':[{'type':'object','properties':{'a':{'type':'integer'}},'required':['a']},"
                        + "{'properties':{'b':{'type':'null'}},'required':['b']}]}")
                .yes("{'a':1,'b':null}")
                .no("{'a':1}");
    }

    @Test
    void shouldFollowReferences() {
        check("{'$ref':'#/$defs/tree','$defs':{'tree':{'type':'object','properties':{'v':{'type':'integer'},"
                        + "'l':{'$ref':'#/$defs/tree'}},'required':['v']}}}")
                .yes("{'v':1}", "{'v':1,'l':{'v':2,'l':{'v':3}}}")
                .no("{'l':{'v':1}}", "{'v':1,'l':1}");
        check("{'type':'array','items':{'$ref':'#'}}").yes("[]", "[[],[[]]]").no("[1]");
        check("{'$ref':'#/$defs/a~1b','$defs':{'a/b':{'type':'null'}}}")
                .yes("null")
                .no("1");
    }

    @Test
    void shouldTakeStringsByLengthPatternAndFormat() {
        check("{'type':'string','minLength':2,'maxLength':3}")
                .yes("'ab'", "'a\\n'", "'äöü'", "'🌍🌍'")
                .no("'a'", "'abcd'");
        check("{'type':'string','pattern':'^[a-c]{2}$'}").yes("'ab'").no("'ad'", "'abc'");
        check("{'type':'string','pattern':'b+'}").yes("'abba'", "'b'").no("'aca'");
        check("{'type':'string','pattern':'^[^a]$'}")
                .yes("'\\''", "'\\\\'", "'\\n'")
                .no("'a'", "'\n'", "'''");
        check("{'type':'string','format':'date'}").yes("'2026-02-28'").no("'2026-13-01'", "'26-01-01'");
        check("{'type':'string','format':'date-time'}")
                .yes("'2026-02-28T10:00:00Z'")
                .no("'2026-02-28'");
        check("{'type':'string','format':'uuid'}")
                .yes("'123e4567-e89b-12d3-a456-426614174000'")
                .no("'x'");
        check("{'type':'string','format':'ipv4'}").yes("'10.0.0.255'").no("'10.0.0.256'");
        check("{'type':'string','format':'email'}").yes("'a.b@example.org'").no("'a@b'");
        check("{'type':'string','format':'something-else'}").yes("'x'").no("1");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 9",
        "1, 10",
        "-5, 5",
        "10, 250",
        "99, 101",
        "-20, -3",
        "0, 0",
        "7, 7",
        "-1, 0",
        "100, 1999",
        "-128, 127"
    })
    void shouldTakeTheIntegersBetweenBounds(int low, int high) {
        Grammar grammar = grammar("{'type':'integer','minimum':" + low + ",'maximum':" + high + "}");
        for (int i = -2100; i <= 2100; i++) {
            assertThat(Texts.accepts(grammar, Integer.toString(i))).as("%d", i).isEqualTo(i >= low && i <= high);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.5, 2.25", "-1.5, 1.5", "1, 1.5", "-0.75, -0.5", "9.99, 10.01", "0, 100", "-3, 0", "2.5, 2.5"
    })
    void shouldTakeTheNumbersBetweenBounds(double low, double high) {
        Grammar inclusive = grammar("{'type':'number','minimum':" + low + ",'maximum':" + high + "}");
        Grammar exclusive =
                grammar("{'type':'number','exclusiveMinimum':" + low + ",'exclusiveMaximum':" + (high + 0.01) + "}");
        for (int i = -12000; i <= 12000; i++) {
            var number = java.math.BigDecimal.valueOf(i, 3);
            double value = number.doubleValue();
            if (i != 0) {
                String plain = number.toPlainString();
                String stripped = number.stripTrailingZeros().toPlainString();
                boolean in = value >= low && value <= high;
                // A number may be written with zeros at its end, unless it is a bound itself.
                if (!in || value != low && value != high) {
                    assertThat(Texts.accepts(inclusive, plain)).as(plain).isEqualTo(in);
                }
                assertThat(Texts.accepts(inclusive, stripped)).as(stripped).isEqualTo(in);
                assertThat(Texts.accepts(exclusive, stripped))
                        .as(stripped)
                        .isEqualTo(number.compareTo(java.math.BigDecimal.valueOf(low)) > 0
                                && number.compareTo(java.math.BigDecimal.valueOf(high + 0.01)) < 0);
            }
        }
    }

    @Test
    void shouldTakeNumbersWithOneBound() {
        check("{'type':'integer','minimum':18}").yes("18", "99", "123456").no("17", "-20");
        check("{'type':'integer','exclusiveMaximum':0}").yes("-1", "-999").no("0", "1");
        check("{'type':'number','exclusiveMinimum':0}").yes("0.1", "3", "0.001").no("0", "0.0", "-1");
        check("{'type':'number','maximum':1e2}").yes("100", "99.9", "-1000.5").no("100.1", "101");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'not':{}} | \"not\" is not supported (at #)",
                "{'type':'array','uniqueItems':true} | \"uniqueItems\" is not supported (at #)",
                "{'type':'integer','multipleOf':5} | \"multipleOf\" is not supported, except for 1 (at #)",
                "{'type':'strin'} | there is no type \"strin\" (at #)",
                "{'properties':{'a':{'type':7}}} | \"type\" must be a string, or an array of strings (at #/properties/a)",
                "{'$ref':'#/$defs/x'} | \"$ref\" refers to \"#/$defs/x\", which is not there (at #)",
                "{'$ref':'http://a/b'} | \"$ref\" may only refer to this schema, as in \"#/$defs/name\", not to \"http://a/b\" (at #)",
                "{'type':'string','minLength':3,'maxLength':2} | \"maxLength\" is less than \"minLength\" (at #)",
                "{'type':'integer','minimum':3,'maximum':2} | no number is between its bounds (at #)",
                "{'enum':[]} | \"enum\" has no values (at #)",
                "[] | a schema is an object, true or false (at #)",
                "{'a': | it is no JSON: the text ends too early (line 1, column 6)",
                "{'type':'string','pattern':'(?=a)'} | lookarounds",
                "{'type':'object','properties':{'a':{}},'required':['b'],'additionalProperties':false} | \"b\" is required, but no member may have that name (at #)",
            })
    void shouldRefuseWhatItCannotKeep(String schema, String complaint) {
        assertThatThrownBy(() -> grammar(schema))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void shouldRefuseSchemasThatOnlyReferToThemselves() {
        assertThatThrownBy(() -> grammar("{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/a'}}}"))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("may begin with itself");
        assertThatThrownBy(() -> grammar("{'allOf':[{'$ref':'#'}]}")).isInstanceOf(GrammarException.class);
    }

    private static Checks check(String schema) {
        return new Checks(grammar(schema));
    }

    private static Grammar grammar(String schema) {
        return Grammar.jsonSchema(schema.replace('\'', '"'));
    }

    private record Checks(Grammar grammar) {
        Checks yes(String... texts) {
            for (String text : texts) {
                String json = text.replace('\'', '"');
                assertThat(Texts.accepts(grammar, json)).as("takes %s", json).isTrue();
            }
            return this;
        }

        Checks no(String... texts) {
            for (String text : texts) {
                String json = text.replace('\'', '"');
                assertThat(Texts.accepts(grammar, json)).as("refuses %s", json).isFalse();
            }
            return this;
        }
    }
}
