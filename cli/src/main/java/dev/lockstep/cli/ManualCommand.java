package dev.lockstep.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** For the build of packages, which bring a page for {@code man}. */
@Command(name = "manual", hidden = true, description = "Prints the page for man.")
final class ManualCommand implements Callable<Integer> {
    private final Console console;

    ManualCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.print(new ManualPage(Main.commandLine(console).getCommandSpec()).text());
        return ExitStatus.DONE;
    }
}
