package dev.lockstep.cli;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.assistant.Assistant;
import dev.lockstep.formats.ControlCharacters;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Message by message: a command is obeyed, anything else is said to the model. */
final class ChatLoop {
    private final Console console;
    private final Assistant chat;
    private final ChatInput input;
    private final boolean interactive;

    ChatLoop(Console console, Assistant chat, ChatInput input, boolean interactive) {
        this.console = console;
        this.chat = chat;
        this.input = input;
        this.interactive = interactive;
    }

    void run() {
        input.onInterrupt(chat::stop);
        boolean goesOn = true;
        while (goesOn) {
            var message = input.next();
            if (message.isEmpty()) {
                return;
            }
            if (message.get().startsWith("/")) {
                goesOn = obey(message.get());
            } else if (!message.get().isBlank()) {
                answer(message.get());
            }
        }
    }

    private void answer(String message) {
        var output = new StreamedText(console, true);
        try {
            var result = chat.answer(message, output);
            output.endLine();
            if (interactive) {
                say(Speed.of(result));
            }
        } catch (EngineException impossible) {
            if (!interactive) {
                throw impossible;
            }
            output.endLine();
            say(impossible.getMessage() + " (/reset forgets the conversation)");
        }
    }

    /** Returns whether the conversation goes on. */
    private boolean obey(String message) {
        var words = message.split("\\s+", 2);
        var argument = words.length == 2 ? words[1].strip() : "";
        var command = SlashCommand.named(words[0].substring(1));
        if (command.isEmpty()) {
            say("There is no " + ControlCharacters.escape(words[0]) + "; /help lists what there is.");
            return true;
        }
        switch (command.get()) {
            case HELP ->
                say(Stream.of(SlashCommand.values()).map(SlashCommand::help).collect(Collectors.joining("\n")));
            case RESET -> {
                chat.reset();
                say("The conversation is forgotten.");
            }
            case SYSTEM -> system(argument);
            case SAVE ->
                file(
                        argument,
                        file -> "The conversation is saved, with %d tokens computed."
                                .formatted(chat.save(file).computed()));
            case LOAD ->
                file(argument, file -> {
                    int computed = chat.load(file).computed();
                    return "The conversation goes on with %d messages, %d tokens computed."
                            .formatted(chat.history().size(), computed);
                });
            case QUIT -> {
                return false;
            }
        }
        return true;
    }

    private void system(String argument) {
        if (argument.isEmpty()) {
            say(chat.history().stream()
                    .filter(message -> message.role().equals("system"))
                    .map(message -> message.content().toString())
                    .findFirst()
                    .orElse("There is no system message; /system TEXT sets one."));
        } else {
            chat.system(argument);
            say("The system message is set.");
        }
    }

    /** Does something with a file that the user names, and says what became of it. */
    private void file(String name, Function<Path, String> action) {
        if (name.isEmpty()) {
            say("Name a file, as in /save talk.session.");
            return;
        }
        try {
            say(action.apply(Path.of(name)));
        } catch (EngineException | InvalidPathException refused) {
            say(refused.getMessage());
        }
    }

    /** What does not come from the model. */
    private void say(String text) {
        if (!interactive) {
            console.note(text);
            return;
        }
        console.printLine(console.coloured() ? "\u001b[2m" + text + "\u001b[0m" : text);
        console.flush();
    }
}
