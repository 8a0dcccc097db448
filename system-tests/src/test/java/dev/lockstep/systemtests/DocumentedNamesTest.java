package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What pages for contributors point at is there: types of the code and commits of the history. */
class DocumentedNamesTest {
    private static final Pattern TYPE =
            Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:\\.[a-z]\\w*(?:\\(\\))?)?`");
    private static final Set<String> OF_JAVA = Set.of("BigDecimal", "StrictMath");

    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|record|interface|enum) (\\w+)");
    private static final Pattern COMMIT = Pattern.compile("`(?:git show )?([0-9a-f]{7})\\b[^`]*`");

    @Test
    void shouldNameTypesThatThereAre() throws IOException {
        var names = found(TYPE);
        assertThat(names).hasSizeGreaterThan(50);
        names.removeAll(declaredTypes());
        names.removeAll(OF_JAVA);
        assertThat(names).isEmpty();
    }

    @Test
    void shouldNameCommitsOfTheHistory() throws Exception {
        assumeTrue(
                Files.exists(LockstepCommand.ROOT.resolve(".git"))
                        && git("rev-parse", "--is-shallow-repository").equals("false"),
                "not run: the history is not here");
        var commits = found(COMMIT);
        assertThat(commits).isNotEmpty();
        for (var commit : commits) {
            assertThat(git("merge-base", commit, "HEAD")).as(commit).startsWith(commit);
        }
    }

    private static Set<String> found(Pattern pattern) throws IOException {
        Set<String> names = new TreeSet<>();
        try (var pages = Files.walk(LockstepCommand.ROOT.resolve("docs"))) {
            for (var page :
                    pages.filter(file -> file.toString().endsWith(".md")).toList()) {
                pattern.matcher(Files.readString(page)).results().forEach(match -> names.add(match.group(1)));
            }
        }
        return names;
    }

    private static Set<String> declaredTypes() throws IOException {
        Set<String> names = new TreeSet<>();
        try (var places = Files.newDirectoryStream(LockstepCommand.ROOT, Files::isDirectory)) {
            for (var place : places) {
                var sources = Files.exists(place.resolve("pom.xml")) ? place.resolve("src") : place;
                if (place.getFileName().toString().matches("\\w[\\w-]*") && !place.endsWith("build")) {
                    addDeclared(sources, names);
                }
            }
        }
        return names;
    }

    private static void addDeclared(Path directory, Set<String> names) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                DECLARATION.matcher(Files.readString(file)).results().forEach(match -> names.add(match.group(1)));
            }
        }
    }

    private static String git(String... arguments) throws IOException, InterruptedException {
        var line = Stream.concat(Stream.of("git"), Stream.of(arguments)).collect(Collectors.toList());
        var process = new ProcessBuilder(line)
                .directory(LockstepCommand.ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return said;
    }
}
