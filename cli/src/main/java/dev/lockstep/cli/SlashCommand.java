package dev.lockstep.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a message that begins with / asks of the program itself. */
enum SlashCommand {
    HELP("help, ?", "list the commands"),
    RESET("reset, clear", "forget the conversation, but not the system message"),
    SYSTEM("system", "show the system message; /system TEXT sets it"),
    SAVE("save", "/save FILE keeps the conversation and what was computed of it"),
    LOAD("load", "/load FILE goes on with one that was saved"),
    QUIT("quit, exit, bye", "leave (also: Ctrl-D)");

    private final List<String> words;
    private final String meaning;

    SlashCommand(String words, String meaning) {
        this.words = List.of(words.split(", "));
        this.meaning = meaning;
    }

    static Optional<SlashCommand> named(String word) {
        return Stream.of(values())
                .filter(command -> command.words.contains(word))
                .findFirst();
    }

    String help() {
        return "%-22s %s".formatted("/" + String.join(", /", words), meaning);
    }
}
