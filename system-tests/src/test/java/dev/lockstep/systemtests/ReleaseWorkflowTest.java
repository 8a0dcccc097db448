package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be known about the release workflow without GitHub: its steps are shell, and the scripts that they call are there. */
class ReleaseWorkflowTest {
    private static final Pattern ONE_LINE = Pattern.compile("run: (?!\\|)(.+)");
    private static final Pattern BLOCK = Pattern.compile("(?m)^( *)run: \\|\\n((?:\\1  .*\\n)+)");
    private static final Pattern SCRIPT = Pattern.compile("(?m)^\\s*(\\.ci/\\w+|packaging/\\w+)");

    @Test
    void shouldCallScriptsThatAreThere() throws IOException {
        assertThat(steps()).hasSizeGreaterThanOrEqualTo(5);
        var scripts = steps().stream()
                .flatMap(step -> SCRIPT.matcher(step).results())
                .map(script -> script.group(1))
                .toList();
        assertThat(scripts).containsExactly(".ci/run", "packaging/build", "packaging/try", "packaging/publish");
        assertThat(scripts)
                .allSatisfy(script ->
                        assertThat(LockstepCommand.ROOT.resolve(script)).isExecutable());
    }

    @Test
    void shouldBeShellThroughout() throws Exception {
        for (var script : steps()) {
            // GitHub puts the values in before the shell sees them.
            var process = new ProcessBuilder("bash", "-n", "-c", script.replaceAll("\\$\\{\\{.*?}}", "value"))
                    .inheritIO()
                    .start();
            assertThat(process.waitFor()).as(script).isZero();
        }
    }

    private static List<String> steps() throws IOException {
        var workflow = Files.readString(LockstepCommand.ROOT.resolve(".github/workflows/release.yml"));
        List<String> steps = new ArrayList<>();
        ONE_LINE.matcher(workflow).results().forEach(step -> steps.add(step.group(1)));
        BLOCK.matcher(workflow).results().forEach(step -> steps.add(step.group(2)));
        return steps;
    }
}
