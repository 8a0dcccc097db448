package dev.lockstep.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

@Command(
        name = "completion",
        description = "Prints a script that completes verbs and options in a shell.",
        customSynopsis = "lockstep completion",
        footer = {"", "Examples:", "  source <(lockstep completion)"})
final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.print(AutoComplete.bash("lockstep", Main.commandLine(console)));
        return ExitStatus.DONE;
    }
}
