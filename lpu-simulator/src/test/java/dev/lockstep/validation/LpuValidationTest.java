package dev.lockstep.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lpu.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LpuValidationTest {
    /** The page in the repository is what the programs give now. */
    @Test
    void shouldBeThePageOfTheDocumentation() throws IOException {
        Path page = Path.of(System.getProperty("lockstep.root"), "docs", "lpu-validation.md");

        assertThat(ValidationPage.render(Machine.lpuV1()))
                .as("regenerate with ./lockstep lpu-validate -o docs/lpu-validation.md")
                .isEqualTo(Files.readString(page));
    }
}
