package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher of the packages under the shells that people have as {@code sh}, with a stand-in for Java that prints its arguments. */
class LauncherTest {
    @TempDir
    private Path directory = Path.of("");

    private Path home = directory;
    private Path link = directory;

    @BeforeEach
    void unpack() throws IOException {
        home = Files.createDirectory(directory.resolve("a home with spaces"));
        var bin = Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("app"));
        var java = Files.writeString(
                Files.createDirectories(home.resolve("runtime/bin")).resolve("java"),
                "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done\nexit 7\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.copy(LockstepCommand.ROOT.resolve("packaging/launcher"), bin.resolve("lockstep"));
        link = Files.createSymbolicLink(directory.resolve("link"), bin.resolve("lockstep"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "dash", "busybox sh", "bash --posix", "bash", "zsh", "mksh", "ksh93"})
    void shouldFindItsHomeThroughALinkAndPassEveryWord(String shell) throws Exception {
        List<String> line = new ArrayList<>(List.of(shell.split(" ")));
        assumeTrue(isInstalled(line.getFirst()), () -> "not run: there is no " + line.getFirst());
        line.addAll(List.of(link.toString(), "run", "-p", "two  words", "*", "", "$HOME"));
        var process = new ProcessBuilder(line)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(7);
        var app = home.toRealPath().resolve("app");
        assertThat(said.lines())
                .startsWith("@" + app.resolve("java.options"))
                .containsSequence("-cp", app.resolve("lockstep.jar").toString())
                .endsWith("run", "-p", "two  words", "*", "", "$HOME");
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }
}
