package dev.lockstep.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateRejectionTest {
    private static final Map<String, Object> VARIABLES =
            Map.of("s", "text", "n", 3, "l", List.of(1, 2), "d", Map.of("k", 1), "messages", List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x                           ¦ 1 ¦ 1  ¦ this tag is never closed; add '}}'",
                "a\\n {% if x                   ¦ 2 ¦ 2  ¦ this tag is never closed; add '%}'",
                "a {# b                         ¦ 1 ¦ 3  ¦ this comment is never closed",
                "{% raw %} x                    ¦ 1 ¦ 1  ¦ this raw block is never closed",
                "{{ 'abc }}                     ¦ 1 ¦ 4  ¦ this string is never closed",
                "{{ '\\x4' }}                 ¦ 1 ¦ 4  ¦ needs 2 hexadecimal digits",
                "{{ '\\U00110000' }}          ¦ 1 ¦ 4  ¦ hexadecimal digits that name a character",
                "{{ '\\N{DASH}' }}            ¦ 1 ¦ 4  ¦ escapes are not supported",
                "{{ a & b }}                    ¦ 1 ¦ 6  ¦ unexpected character '&'",
                "{{ 012 }}                      ¦ 1 ¦ 4  ¦ cannot start with 0",
                "{{ 9223372036854775808 }}      ¦ 1 ¦ 4  ¦ does not fit into 64 bits",
                "{{ (1, 2] }}                   ¦ 1 ¦ 9  ¦ expected ')', found ']'",
                "{{ 1) }}                       ¦ 1 ¦ 5  ¦ ')' closes nothing",
                "{{ }}                          ¦ 1 ¦ 4  ¦ expected an expression, found '}}'",
                "{{ 1 2 }}                      ¦ 1 ¦ 6  ¦ expected '}}', found '2'",
                "{{ a. }}                       ¦ 1 ¦ 7  ¦ expected a name or a number after '.'",
                "{{ a | }}                      ¦ 1 ¦ 8  ¦ expected the name of a filter",
                "{{ a is }}                     ¦ 1 ¦ 9  ¦ expected the name of a test",
                "{{ a is defined is true }}     ¦ 1 ¦ 17 ¦ tests cannot be chained",
                "{{ f(*l) }}                    ¦ 1 ¦ 6  ¦ unpacking arguments with '*'",
                "{{ f(a=1, 2) }}                ¦ 1 ¦ 11 ¦ a positional argument cannot follow",
                "{{ f(a=1, a=2) }}              ¦ 1 ¦ 11 ¦ the argument 'a' is given twice",
                "{{ {'a' 1} }}                  ¦ 1 ¦ 9  ¦ expected ':', found '1'",
                "{% if s %}\\nx                 ¦ 1 ¦ 4  ¦ this 'if' is never closed; add '{% endif %}'",
                "{% for a in l %}{% if a %}{% endfor %} ¦ 1 ¦ 30 ¦ unknown tag 'endfor'",
                "{% endif %}                    ¦ 1 ¦ 4  ¦ unknown tag 'endif'",
                "{% macro m() %}                ¦ 1 ¦ 4  ¦ add '{% endmacro %}'",
                "{% for in l %}{% endfor %}     ¦ 1 ¦ 11 ¦ expected 'in', found 'l'",
                "{% for a l %}{% endfor %}      ¦ 1 ¦ 10 ¦ expected 'in', found 'l'",
                "{% for a in l recursive %}{% endfor %} ¦ 1 ¦ 15 ¦ recursive loops are not supported",
                "{% set true = 1 %}             ¦ 1 ¦ 8  ¦ the constant 'true'",
                "{% set %}                      ¦ 1 ¦ 8  ¦ expected a variable to assign to",
                "{% include 'x' %}              ¦ 1 ¦ 4  ¦ 'include' is not supported",
                "x\\n{% extends 'x' %}          ¦ 2 ¦ 4  ¦ 'extends' is not supported",
                "{% do l.append(1) %}           ¦ 1 ¦ 4  ¦ unknown tag 'do'",
                "{% break %}                    ¦ 1 ¦ 4  ¦ 'break' stands outside of a loop",
                "{% for a in l %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %} ¦ 1 ¦ 35 ¦ outside of a loop",
                "{% macro m(a, a) %}{% endmacro %} ¦ 1 ¦ 15 ¦ the parameter 'a' is named twice",
                "{% macro m(a=1, b) %}{% endmacro %} ¦ 1 ¦ 17 ¦ without a default cannot follow",
                "{% call s %}{% endcall %}      ¦ 1 ¦ 9  ¦ 'call' needs the call of a macro",
                "{% if s %}{% else %}{% else %}{% endif %} ¦ 1 ¦ 24 ¦ unknown tag 'else'",
                "{%  %}                         ¦ 1 ¦ 5  ¦ expected the name of a tag",
            })
    void shouldRefuseToParse(String line) {
        Case refused = Case.of(line);
        refused.expect(() -> Template.parse(refused.source()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ missing.name }}             ¦ 1 ¦ 12 ¦ 'missing' is undefined",
                "x\\n  {{ d.q.r }}              ¦ 2 ¦ 10 ¦ 'dict' has no attribute 'q'",
                "{{ d['q']['r'] }}              ¦ 1 ¦ 10 ¦ 'dict' has no element 'q'",
                "{{ missing[0] }}               ¦ 1 ¦ 11 ¦ 'missing' is undefined",
                "{{ n[1:].x }}                  ¦ 1 ¦ 10 ¦ a value of type int cannot be sliced",
                "{{ missing() }}                ¦ 1 ¦ 11 ¦ 'missing' is undefined",
                "{{ s.nope() }}                 ¦ 1 ¦ 10 ¦ 'str' has no attribute 'nope'",
                "{{ n() }}                      ¦ 1 ¦ 5  ¦ a value of type int cannot be called",
                "{{ l.append(3) }}              ¦ 1 ¦ 12 ¦ 'append' would change a list",
                "{{ d.update({}) }}             ¦ 1 ¦ 12 ¦ 'update' would change a dict",
                "{{ s + n }}                    ¦ 1 ¦ 6  ¦ '~' joins values as text",
                "{{ s + missing }}              ¦ 1 ¦ 6  ¦ 'missing' is undefined",
                "{{ n - s }}                    ¦ 1 ¦ 6  ¦ '-' is not defined between int and str",
                "{{ 1 // 0 }}                   ¦ 1 ¦ 6  ¦ division by zero",
                "{{ 1 / 0 }}                    ¦ 1 ¦ 6  ¦ division by zero",
                "{{ 1.5 % 0 }}                  ¦ 1 ¦ 8  ¦ division by zero",
                "{{ 2 ** 64 }}                  ¦ 1 ¦ 6  ¦ does not fit into 64 bits",
                "{{ 9223372036854775807 + 1 }}  ¦ 1 ¦ 24 ¦ does not fit into 64 bits",
                "{{ 1 < 'a' }}                  ¦ 1 ¦ 6  ¦ '<' is not defined between int and str",
                "{{ 1 in 'a' }}                 ¦ 1 ¦ 6  ¦ only a string can be in a string",
                "{{ 1 in n }}                   ¦ 1 ¦ 6  ¦ a value of type int has no items",
                "{{ {[1]: 2} }}                 ¦ 1 ¦ 4  ¦ a list cannot be a key of a dict",
                "{{ l[::0] }}                   ¦ 1 ¦ 5  ¦ the step of a slice cannot be zero",
                "{{ s|nope }}                   ¦ 1 ¦ 6  ¦ there is no filter named 'nope'",
                "{{ s is nope }}                ¦ 1 ¦ 9  ¦ there is no test named 'nope'",
                "{{ missing|tojson }}           ¦ 1 ¦ 12 ¦ tojson got an undefined value",
                "{{ range|tojson }}             ¦ 1 ¦ 10 ¦ function cannot be written as JSON",
                "{{ s|upper(1) }}               ¦ 1 ¦ 6  ¦ upper takes at most 0 arguments",
                "{{ s|trim(q=1) }}              ¦ 1 ¦ 6  ¦ trim has no parameter 'q'",
                "{{ s|replace('a') }}           ¦ 1 ¦ 6  ¦ needs a value for 'new'",
                "{{ s.replace('a') }}           ¦ 1 ¦ 13 ¦ needs a value for 'new'",
                "{{ s.split('') }}              ¦ 1 ¦ 11 ¦ the separator is empty",
                "{{ n|length }}                 ¦ 1 ¦ 6  ¦ a value of type int has no length",
                "{{ l|select('odd')|length }}   ¦ 1 ¦ 20 ¦ a value of type generator has no length",
                "{% for a in n %}{% endfor %}   ¦ 1 ¦ 13 ¦ a value of type int has no items",
                "{% for a, b in l %}{% endfor %} ¦ 1 ¦ 8 ¦ a value of type int has no items",
                "{% set a, b = [1] %}           ¦ 1 ¦ 8  ¦ 1 values cannot be unpacked into 2 names",
                "{% set d.k = 1 %}              ¦ 1 ¦ 8  ¦ fields can be assigned only to a namespace()",
                "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }} ¦ 1 ¦ 35 ¦ macro 'm' takes at most 1 arguments",
                "{% macro m(a) %}{% endmacro %}{{ m(q=2) }} ¦ 1 ¦ 35 ¦ macro 'm' has no parameter 'q'",
                "{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }} ¦ 1 ¦ 35 ¦ got two values for 'a'",
                "{% macro m() %}{% endmacro %}{% call m() %}{% endcall %} ¦ 1 ¦ 39 ¦ no parameter 'caller'",
                "{{ '%d' % 'x' }}               ¦ 1 ¦ 9  ¦ the format needs a number, not str",
                "{{ '%s %s' % 1 }}              ¦ 1 ¦ 12 ¦ the format needs more than one value",
                "{{ '%' % 1 }}                  ¦ 1 ¦ 8  ¦ the format ends inside",
                "{{ '{} {}'.format(1) }}        ¦ 1 ¦ 18 ¦ the format needs more than 1 values",
                "{{ strftime_now('%Q') }}       ¦ 1 ¦ 16 ¦ does not know the directive '%Q'",
                "{{ range(0, 5, 0) }}           ¦ 1 ¦ 9  ¦ the step of a range cannot be zero",
                "{{ ['a', 1]|sort }}            ¦ 1 ¦ 13 ¦ '<' is not defined between",
            })
    void shouldRefuseToRender(String line) {
        Case refused = Case.of(line);
        Template template = Template.parse(refused.source());
        refused.expect(() -> template.render(VARIABLES));
    }

    /** One line of a list above: template ¦ line ¦ column ¦ part of the sentence. */
    private record Case(String source, int line, int column, String sentence) {
        static Case of(String text) {
            String[] parts = text.split("¦");
            return new Case(
                    parts[0].strip().replace("\\n", "\n"),
                    Integer.parseInt(parts[1].strip()),
                    Integer.parseInt(parts[2].strip()),
                    parts[3].strip());
        }

        void expect(Runnable action) {
            TemplateException refused = catchThrowableOfType(TemplateException.class, action::run);
            assertThat(refused).as(source).isNotNull();
            assertThat(refused).hasMessageContaining(sentence);
            assertThat(refused).hasMessageEndingWith("(line " + line + ", column " + column + " of the template)");
            assertThat(refused.line()).isEqualTo(line);
            assertThat(refused.column()).isEqualTo(column);
        }
    }

    @Test
    void shouldSayOnlyTheSentenceThatTheTemplateRaises() {
        Template template = Template.parse("line one\n  {{ raise_exception('Roles must ' ~ 'alternate!') }}");
        TemplateException raised = catchThrowableOfType(TemplateException.class, () -> template.render(Map.of()));
        assertThat(raised).hasMessage("Roles must alternate!");
        assertThat(raised.line()).isEqualTo(2);
    }

    @Test
    void shouldRefuseObjectsOfTheHostProgram() {
        Template template = Template.parse("{{ x.class }}");
        assertThatThrownBy(() -> template.render(Map.of("x", new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the variable 'x' holds a java.lang.Object");
        assertThat(template.render(Map.of("x", "text"))).isEmpty();
    }
}
