package dev.lockstep.cli;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a stage of the tour may use: it tells something, and types commands as a user would. */
final class Tour {
    private final Console console;

    Tour(Console console) {
        this.console = console;
    }

    /** A line that explains. */
    void say(String line) {
        console.printLine(line);
        console.flush();
    }

    void heading(String title) {
        say("");
        say(console.coloured() ? "\u001b[1m" + title + "\u001b[0m" : title);
    }

    /** What a command has computed, below it. */
    void result(String text) {
        text.lines().forEach(line -> say("    " + line));
    }

    /**
     * Shows a command line and runs it.
     *
     * @return the object that it prints with {@code --json}
     * @throws UsageException if it fails
     */
    JsonNode run(String... arguments) {
        say(faint("  $ lockstep " + Stream.of(arguments).map(Tour::quoted).collect(Collectors.joining(" "))));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        var printed = new ByteArrayOutputStream();
        int status = Main.execute(console.withOutput(printed), all.toArray(String[]::new));
        if (status != ExitStatus.DONE) {
            throw new UsageException("the tour ends here, because its command failed; run it yourself with --verbose");
        }
        return JsonMapper.shared().readTree(printed.toByteArray());
    }

    private String faint(String text) {
        return console.coloured() ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    private static String quoted(String argument) {
        return argument.contains(" ") ? '"' + argument + '"' : argument;
    }
}
