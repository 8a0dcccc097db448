package dev.lockstep.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A block of shell commands in a page of the documentation. A block that takes too long, or needs what a test has not, has a line
 * before it that says so and is seen by readers of the source only: {@code <!-- not run by tests: it takes an hour -->}.
 *
 * @param place file and line, such as {@code README.md:12}
 * @param script the commands that a test can run: those of the build are not among them, for the test is run by one
 * @param exemption why it is not run
 */
record ShellBlock(String place, String script, Optional<String> exemption) {
    private static final String OPENING = "```sh";
    private static final String CLOSING = "```";
    private static final String MARK = "<!-- not run by tests: ";
    private static final String MARK_END = " -->";
    private static final List<String> BUILDS = List.of("./mvnw", "mvn", ".ci/run");

    /** All blocks of a page. */
    static List<ShellBlock> of(Path page, String name) {
        List<ShellBlock> blocks = new ArrayList<>();
        List<String> lines = linesOf(page);
        for (int line = 0; line < lines.size(); line++) {
            if (lines.get(line).strip().equals(OPENING)) {
                int end = line + 1;
                while (!lines.get(end).strip().equals(CLOSING)) {
                    end++;
                }
                blocks.add(new ShellBlock(
                        name + ":" + (line + 1),
                        script(lines.subList(line + 1, end)),
                        line == 0 ? Optional.empty() : exemption(lines.get(line - 1))));
                line = end;
            }
        }
        return blocks;
    }

    private static String script(List<String> lines) {
        var joined = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        // A command that goes on in the next line is one.
        return joined.replace("\\\n", " ")
                .lines()
                .filter(line -> BUILDS.stream().noneMatch(build -> isCallOf(line.strip(), build)))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static boolean isCallOf(String line, String program) {
        return line.replaceFirst("^([A-Z_]+=\\S+ +)*", "").startsWith(program);
    }

    private static Optional<String> exemption(String line) {
        return line.startsWith(MARK) && line.endsWith(MARK_END)
                ? Optional.of(line.substring(MARK.length(), line.length() - MARK_END.length()))
                : Optional.empty();
    }

    private static List<String> linesOf(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
