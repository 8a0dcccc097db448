package dev.lockstep.engine;

import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsDirectoryTest {
    @ParameterizedTest
    @MethodSource("directories")
    void shouldComputeTheLogitsOfTransformers(GoldenDirectory directory) throws IOException {
        try (ModelFile model = ModelFiles.open(directory.path())) {
            directory.shouldComputeTheSameLogits(model);
        }
    }

    @ParameterizedTest
    @MethodSource("directories")
    void shouldCutTextsIntoTheSameTokens(GoldenDirectory directory) throws IOException {
        try (ModelFile model = ModelFiles.open(directory.path())) {
            directory.shouldCutTextsIntoTheSameTokens(model);
        }
    }

    @ParameterizedTest
    @MethodSource("directories")
    void shouldRenderTheSameChat(GoldenDirectory directory) throws IOException {
        try (ModelFile model = ModelFiles.open(directory.path())) {
            directory.shouldRenderTheSameChat(model);
        }
    }

    private static Stream<GoldenDirectory> directories() {
        return GoldenDirectory.all();
    }
}
