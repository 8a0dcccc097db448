package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TourTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldGoFromThisComputerToManyChipsAndTheirReport() {
        var report = directory.resolve("tour.html");
        var result = run("tour", "--report", report.toString());
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("1/4", "2/4", "3/4", "4/4")
                .contains("$ lockstep run -m demo", "$ lockstep simulate -m demo --target lpu:8", "lpu:576")
                .contains("Once upon a time", "tokens a second on the host machine", "cycles a token")
                .contains(report.toUri().toString())
                .doesNotContain("\u001b");
        assertThat(report).content().containsIgnoringCase("<html");
    }
}
