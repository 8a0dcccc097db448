package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.formats.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The vocabularies and expected tokens next to the repository, in {@code ../shared/conformance}. */
class ConformanceTest {
    private static final Path CONFORMANCE = Path.of(System.getProperty("lockstep.root", ".."), "../shared/conformance")
            .normalize();

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-bge",
                "deepseek-coder",
                "deepseek-llm",
                "falcon",
                "gpt-2",
                "llama-bpe",
                "llama-spm",
                "mpt",
                "phi-3",
                "refact",
                "starcoder"
            })
    void shouldAgreeOnReleasedVocabularies(String name) throws IOException {
        var file = existing("tokenizers/ggml-vocab-" + name + ".gguf");
        // A separator stands after the last text, too.
        var texts = Files.readString(Path.of(file + ".inp")).split("\n__ggml_vocab_test__\n", -1);
        var lines = Files.readString(Path.of(file + ".out")).lines().toList();
        assertThat(texts).hasSize(lines.size() + 1);
        try (var gguf = GgufFile.open(file)) {
            var tokenizer = Tokenizer.of(gguf.metadata());
            var softly = new SoftAssertions();
            for (int i = 0; i < lines.size(); i++) {
                var ids = Arrays.stream(tokenizer.encode(texts[i], false, false))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" "));
                softly.assertThat(ids)
                        .as("'%s'", texts[i])
                        .isEqualTo(lines.get(i).strip());
            }
            softly.assertAll();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cohere", "gemma", "gpt2", "gptoss", "granite", "llama3", "phi3", "qwen", "spm", "stablelm"})
    void shouldAgreeOnTinyVocabularies(String name) throws IOException {
        var tiny = JSON.readValue(Files.readString(existing("tokenizers/tiny-" + name + ".json")), Tiny.class);
        try (var gguf = GgufFile.open(existing(tiny.vocabulary()))) {
            var tokenizer = Tokenizer.of(gguf.metadata());
            var softly = new SoftAssertions();
            tiny.cases()
                    .forEach(text ->
                            softly.assertThatCode(() -> text.check(tokenizer)).doesNotThrowAnyException());
            softly.assertAll();
        }
    }

    private record Tiny(String vocabulary, List<GoldenCase> cases) {}

    private static Path existing(String name) {
        var file = CONFORMANCE.resolve(name);
        assumeThat(file).as("conformance data next to the repository").exists();
        return file;
    }
}
