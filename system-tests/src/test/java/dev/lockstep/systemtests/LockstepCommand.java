package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The packaged command, started by its script as a user would. */
final class LockstepCommand {
    static final Path ROOT = Path.of(System.getProperty("lockstep.root", "..")).toAbsolutePath();
    static final Path APP = ROOT.resolve("cli/target/app");
    private static final long PATIENCE_SECONDS = 120;

    private LockstepCommand() {}

    /** What a process said, and its exit status. */
    record Result(int status, String out, String err) {
        /** The one object that {@code --json} prints. */
        JsonNode json() {
            assertThat(status).as(err).isZero();
            assertThat(out.lines()).hasSize(1);
            return JsonMapper.shared().readTree(out);
        }

        void shouldBeRefusedWith(String... fragments) {
            assertThat(status).as(out + err).isEqualTo(2);
            assertThat(out).isEmpty();
            assertThat(err.lines()).as("one sentence").hasSize(1);
            assertThat(err).startsWith("lockstep: ").contains(fragments);
        }
    }

    static Result run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** Output goes through files: nothing has to be read while the command runs, and nothing is lost when it ends. */
    static Result runWithInput(String input, String... arguments) {
        try {
            var builder = builder(arguments);
            Path out = builder.directory().toPath().resolve("out");
            Path err = builder.directory().toPath().resolve("err");
            var process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException processDidNotRead) {
                // It has ended already; its status says why.
            }
            int status = statusOf(process);
            return new Result(status, Files.readString(out), Files.readString(err));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Process start(String... arguments) throws IOException {
        return builder(arguments).start();
    }

    /** Starts with a program cache of its own. */
    static Process startWithCache(Path cache, String... arguments) throws IOException {
        var builder = builder(arguments);
        builder.environment().put("LOCKSTEP_CACHE", cache.toString());
        return builder.start();
    }

    private static ProcessBuilder builder(String... arguments) throws IOException {
        assertThat(APP.resolve("lockstep.jar"))
                .as("the packaged command; run ./mvnw verify")
                .exists();
        List<String> line = new ArrayList<>();
        line.add(ROOT.resolve("lockstep").toString());
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line)
                .directory(Files.createTempDirectory("lockstep").toFile());
        builder.environment().put("LOCKSTEP_APP", APP.toString());
        builder.environment().remove("LOCKSTEP_DEBUG");
        return builder;
    }

    static int statusOf(Process process) {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("the command ends")
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        } finally {
            process.destroyForcibly();
        }
    }
}
