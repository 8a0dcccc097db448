package dev.lockstep.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TemplateGoldenTest {
    private static final Goldens GOLDENS = Goldens.INSTANCE;

    static Stream<Named<Map<String, String>>> idioms() {
        return GOLDENS.idioms().stream().map(entry -> Named.of(entry.get("name"), entry));
    }

    static Stream<Named<Map<String, String>>> families() {
        return GOLDENS.families().stream().map(entry -> Named.of(entry.get("name"), entry));
    }

    @ParameterizedTest
    @MethodSource("idioms")
    void shouldRenderIdiomsAsTheOriginal(Map<String, String> idiom) {
        Template template = Template.parse(text(idiom, "template"));
        assertThat(template.render(GOLDENS.variables(), GOLDENS.clock()))
                .as(text(idiom, "template"))
                .isEqualTo(text(idiom, "rendered"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldRenderFamiliesOfModelsAsTheOriginal(Map<String, String> golden) {
        Template template = Template.parse(GOLDENS.templates().get(text(golden, "family")));
        Map<String, Object> variables = new HashMap<>();
        variables.put("bos_token", "<s>");
        variables.put("eos_token", "</s>");
        variables.put("tools", null);
        variables.put("documents", null);
        variables.putAll(GOLDENS.conversations().get(text(golden, "conversation")));
        if (golden.containsKey("rendered")) {
            assertThat(template.render(variables, GOLDENS.clock())).isEqualTo(text(golden, "rendered"));
        } else if (golden.containsKey("raised")) {
            assertThatThrownBy(() -> template.render(variables, GOLDENS.clock()))
                    .isInstanceOf(TemplateException.class)
                    .hasMessage(text(golden, "raised"));
        } else {
            assertThatThrownBy(() -> template.render(variables, GOLDENS.clock()))
                    .as(text(golden, "failed"))
                    .isInstanceOf(TemplateException.class);
        }
    }

    private static String text(Map<String, String> entry, String key) {
        return entry.getOrDefault(key, "");
    }
}
