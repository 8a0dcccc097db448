package dev.lockstep.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Help.Ansi;

/** What to do next, for somebody who has typed the name of the command and nothing else; one screen. */
final class Welcome {
    /** A command line and what it is good for. */
    private record Suggestion(String verb, String arguments, String purpose) {
        String line() {
            return ("  lockstep " + verb + " " + arguments).stripTrailing();
        }
    }

    private static final List<Suggestion> FIRST = List.of(
            new Suggestion("chat", "", "talk to the small model that is inside"),
            new Suggestion("tour", "", "two minutes: this computer, an LPU, a 70B model on 576 chips"));

    private static final List<Suggestion> WITH_A_MODEL = List.of(
            new Suggestion("pull", "hf:OWNER/REPOSITORY", "get one of Hugging Face"),
            new Suggestion("chat", "-m model.gguf", "talk to it"),
            new Suggestion("run", "-m model.gguf -p \"Once upon a time\"", "let it continue a text"),
            new Suggestion("serve", "-m model.gguf", "an HTTP API and a chat page"),
            new Suggestion("inspect", "model.gguf", "what it is and needs"),
            new Suggestion("bench", "-m model.gguf", "how fast it is here"));

    private static final List<Suggestion> WITH_AN_LPU = List.of(
            new Suggestion("simulate", "-m demo --target lpu:8 -p \"Hello\"", "an answer, by cycles"),
            new Suggestion("compile", "-m shape:llama-2-70b --target lpu:576", "how fast it would be"));

    private static final int GAP = 3;

    private final Set<String> verbs;
    private final Ansi ansi;

    /** @param verbs those that there are; only these are suggested */
    Welcome(Set<String> verbs, boolean coloured) {
        this.verbs = verbs;
        this.ansi = coloured ? Ansi.ON : Ansi.OFF;
    }

    String text() {
        var text = new StringBuilder("Lockstep runs a language model as one program with a fixed schedule.\n");
        section(text, "Begin here", FIRST);
        section(text, "With a model of yours (a GGUF file)", WITH_A_MODEL);
        section(text, "On a language processing unit", WITH_AN_LPU);
        return text.append("\nlockstep --help lists all verbs, lockstep VERB --help explains one.")
                .toString();
    }

    private void section(StringBuilder text, String heading, List<Suggestion> suggestions) {
        var possible = suggestions.stream()
                .filter(suggestion -> verbs.contains(suggestion.verb))
                .toList();
        if (possible.isEmpty()) {
            return;
        }
        text.append("\n").append(ansi.string("@|bold " + heading + "|@")).append("\n");
        int column = GAP
                + possible.stream()
                        .mapToInt(suggestion -> suggestion.line().length())
                        .max()
                        .orElseThrow();
        for (var suggestion : possible) {
            text.append(suggestion.line())
                    .repeat(' ', column - suggestion.line().length())
                    .append(suggestion.purpose)
                    .append("\n");
        }
    }
}
