package dev.lockstep.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.ObjectMapper;

/** A small vocabulary with texts and the tokens that another engine has found in them. */
record GoldenVocabulary(String origin, Map<String, Object> metadata, List<GoldenCase> cases) {
    static final List<String> NAMES = List.of("spm", "phi3", "llama3", "gptoss", "cohere");

    static GoldenVocabulary load(String name) {
        try (InputStream json = GoldenVocabulary.class.getResourceAsStream("tiny-" + name + ".json")) {
            return new ObjectMapper().readValue(Objects.requireNonNull(json), GoldenVocabulary.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Tokenizer tokenizer(String name) {
        return Tokenizer.of(load(name).testMetadata());
    }

    TestMetadata testMetadata() {
        return new TestMetadata(metadata);
    }
}
