package dev.lockstep.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates come from model files: none may crash, hang, or eat the memory of the process. */
class TemplateLimitsTest {
    private static final String GROW = "{% set ns = namespace(s='aaaaaaaaaaaaaaaa', l=[1]) %}{% for i in range(99) %}";

    @ParameterizedTest
    @Timeout(30)
    @ValueSource(
            strings = {
                "{{ range(1000000000) }}",
                "{{ range(0, 9223372036854775807, 9223372036854775807)|length }}{{ range(-9223372036854775807, 0)|length }}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
                "{{ 'x' * 1000000000 }}",
                "{{ 'xx' * 9223372036854775807 }}",
                "{{ [1] * 1000000000 }}",
                "{{ 2 ** 1000000000 }}",
                "{{ (10.0 ** 308) ** 2 }}",
                GROW + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
                GROW + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                GROW + "{% set ns.s = ns.s.replace('a', 'aaaa') %}{% endfor %}",
                GROW + "{% set ns.s = ns.s.join(ns.s) %}{% endfor %}",
                GROW + "{% set ns.s = ns.s|join(ns.s) %}{% endfor %}",
                GROW + "{% set ns.s = '%s%s' % (ns.s, ns.s) %}{% endfor %}",
                GROW + "{% set ns.s = '{0}{0}'.format(ns.s) %}{% endfor %}",
                GROW + "{% set ns.s = ns.s|indent(999999) %}{% endfor %}",
                GROW + "{% set ns.s %}{{ ns.s }}{{ ns.s }}{% endset %}{% endfor %}",
                GROW + "{% set ns.s = ns.s|e|e|e|e|tojson|tojson|tojson %}{% endfor %}",
                GROW + "{% set ns.l = ns.l + ns.l %}{% endfor %}",
                GROW + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
                GROW + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l|tojson }}",
                GROW
                        + "{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l == [ns.l[0], [ns.l[0][0], 1]] }}{{ ns.l|string }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
                "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}",
                "{% set ns = namespace(l={}, m={}) %}{% for i in range(9999) %}{% set ns.l = {'a': ns.l} %}"
                        + "{% set ns.m = {'a': ns.m} %}{% endfor %}{{ ns.l == ns.m }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                "{{ 'x'.center(2000000000) }}",
                "{{ 'x'.zfill(2000000000) }}",
                "{{ '%2000000000d' % 1 }}",
                "{{ '%.2000000000f' % 1 }}",
                "{{ '{:2000000}'.format(1) }}",
                "{{ 1|tojson(indent=2000000000) }}",
                "{{ [1]|tojson(indent=2000000000) }}",
                "{{ [1]|batch(2000000000, 'x')|list }}",
                "{% set a = 'a' * 1000000 %}{% for i in range(99999) %}{{ a.find('b') }}{% endfor %}",
                "{% set a = 'a' * 1000000 %}{{ ('a' * 500000 ~ 'b') in a }}",
                "{% for i in range(99999) %}{{ range(99999)|sort|unique|list|length }}{% endfor %}",
                "{{ range(50000)|unique|list|length }}",
            })
    void shouldStopWhatGrowsWithoutEnd(String source) {
        Template template = Template.parse(source);
        assertThatThrownBy(() -> template.render(Map.of())).isInstanceOf(TemplateException.class);
    }

    static Stream<String> deepSources() {
        return Stream.of(
                "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
                "{{ " + "[".repeat(5000) + "]".repeat(5000) + " }}",
                "{{ " + "{1:".repeat(5000) + "1" + "}".repeat(5000) + " }}",
                "{{ " + "not ".repeat(5000) + "1 }}",
                "{{ " + "-".repeat(5000) + "1 }}",
                "{{ " + "1 if 1 else ".repeat(5000) + "1 }}",
                "{{ 1" + " + 1".repeat(5000) + " }}",
                "{{ 1" + " ** 1".repeat(5000) + " }}",
                "{{ 1" + " and 1".repeat(5000) + " }}",
                "{{ x" + ".x".repeat(5000) + " }}",
                "{{ x" + "[0]".repeat(5000) + " }}",
                "{{ x" + "()".repeat(5000) + " }}",
                "{{ x" + "|string".repeat(5000) + " }}",
                "{{ 1" + " if 1".repeat(5000) + " }}",
                "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000),
                "{% for i in x %}".repeat(5000),
                "{% set x %}".repeat(5000),
                "{% set " + "(".repeat(5000) + "a" + ")".repeat(5000) + " = 1 %}",
                "{{ x.y" + "(".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("deepSources")
    void shouldRefuseDeepNestingWithoutOverflowingASmallStack(String source) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread =
                new Thread(null, () -> Template.parse(source).render(Map.of("x", "")), "small stack", 512 << 10);
        thread.setUncaughtExceptionHandler((_, failure) -> thrown.set(failure));
        thread.start();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(TemplateException.class);
    }

    @Test
    void shouldRenderTheDeepestNestingItAllowsOnASmallStack() throws InterruptedException {
        String source =
                "{% macro m(n) %}{% if n %}{% for i in [1] %}{{ [(m(n - 1) ~ '')|upper][0] }}{% endfor %}{% endif %}{% endmacro %}{{ m(N) }}";
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> IntStream.range(40, 70)
                        .forEach(
                                n -> Template.parse(source.replace("N", "" + n)).render(Map.of())),
                "small stack",
                512 << 10);
        thread.setUncaughtExceptionHandler((_, failure) -> thrown.set(failure));
        thread.start();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(TemplateException.class).hasMessageContaining("levels deep");
    }

    @Test
    void shouldRefuseCyclicVariables() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThatThrownBy(() -> Template.parse("x").render(Map.of("x", cycle)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("levels deep");
    }

    @Test
    void shouldRenderALongConversation() {
        Goldens goldens = Goldens.INSTANCE;
        String text = "Some words and \n more of them. ".repeat(1000);
        List<Map<String, String>> messages = IntStream.range(0, 200)
                .mapToObj(i -> Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", text))
                .toList();
        for (String template : goldens.templates().values()) {
            String prompt = Template.parse(template)
                    .render(Map.of(
                            "messages", messages, "bos_token", "", "eos_token", "", "add_generation_prompt", true));
            assertThat(prompt).hasSizeGreaterThan(200 * (text.length() - 1));
        }
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 100).boxed();
    }

    /** Damaged templates render, or are refused with a place in the template; nothing else, and in bounded time. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldSurviveRandomDamage(int seed) {
        Goldens goldens = Goldens.INSTANCE;
        Random random = new Random(seed);
        List<String> sources = new ArrayList<>(goldens.templates().values());
        goldens.idioms().forEach(idiom -> sources.add(idiom.getOrDefault("template", "")));
        Map<String, Object> variables = Map.copyOf(withoutNulls(goldens.variables()));
        for (int i = 0; i < 20; i++) {
            String damaged = damage(sources.get(random.nextInt(sources.size())), sources, random);
            long start = System.nanoTime();
            try {
                Template.parse(damaged).render(variables, goldens.clock());
            } catch (TemplateException refused) {
                assertThat(refused.line()).isPositive();
                assertThat(refused.column()).isPositive();
            } catch (RuntimeException | StackOverflowError broken) {
                throw new AssertionError("seed " + seed + ": " + damaged, broken);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(damaged).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static Map<String, Object> withoutNulls(Map<String, Object> variables) {
        Map<String, Object> kept = new HashMap<>(variables);
        kept.values().removeAll(Collections.singleton(null));
        return kept;
    }

    private static String damage(String source, List<String> sources, Random random) {
        String[] tokens = {
            "{%",
            "%}",
            "{{",
            "}}",
            "-",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "'",
            "|",
            ".",
            ":",
            "~",
            "*",
            "**",
            "%",
            " is ",
            " in ",
            " not ",
            " if ",
            " else ",
            " 9 ",
            " -1 ",
            "\\",
            "#}",
            "{#",
            "= ",
            ", ",
            "loop",
            "range(9)",
            "\n",
            " s "
        };
        StringBuilder damaged = new StringBuilder(source);
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = random.nextInt(damaged.length() + 1);
            int end = Math.min(damaged.length(), at + random.nextInt(6));
            String other = sources.get(random.nextInt(sources.size()));
            int from = random.nextInt(other.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(at, end);
                case 1 -> damaged.insert(at, tokens[random.nextInt(tokens.length)]);
                case 2 -> damaged.replace(at, end, tokens[random.nextInt(tokens.length)]);
                default -> damaged.insert(at, other, from, Math.min(other.length(), from + random.nextInt(40)));
            }
        }
        return damaged.toString();
    }
}
