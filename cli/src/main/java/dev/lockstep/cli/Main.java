package dev.lockstep.cli;

import dev.lockstep.host.HostMachine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/** The process: puts the command together, runs it, and ends with its exit status. */
public final class Main {
    /** Columns; lines that are longer are hard to read. */
    private static final int WIDEST_HELP = 100;

    private static final int NARROWEST_HELP = 60;

    private Main() {}

    public static void main(String[] arguments) {
        var console = Console.ofProcess();
        int status = execute(console, arguments);
        // Threads of a machine or a terminal must not keep the process alive when the answer is there.
        Runtime.getRuntime().exit(status);
    }

    /** Runs one command line to its end and returns the exit status. */
    static int execute(Console console, String... arguments) {
        var command = commandLine(console, arguments);
        int status = command.execute(arguments);
        try {
            console.flush();
        } catch (ReaderGoneException quiet) {
            return status;
        } catch (UncheckedIOException failure) {
            console.note("lockstep: " + failure.getCause().getMessage());
            return ExitStatus.FAILED;
        }
        return status;
    }

    /** The command with all its verbs and their options. */
    static CommandLine commandLine(Console console) {
        var root = new LockstepCommand(console);
        var command = new CommandLine(root.spec());
        Verbs.all(console).forEach(command::addSubcommand);
        return dressed(command, console, root);
    }

    /** What these arguments need of it. */
    private static CommandLine commandLine(Console console, String... arguments) {
        if (List.of(arguments).contains("-m")) {
            HostMachine.prepare();
        }
        var root = new LockstepCommand(console);
        var command = new CommandLine(root.spec());
        Verbs.named(console, arguments)
                .ifPresentOrElse(
                        command::addSubcommand,
                        () -> Verbs.summaries().forEach(spec -> command.addSubcommand(spec.name(), spec)));
        return dressed(command, console, root);
    }

    private static CommandLine dressed(CommandLine command, Console console, LockstepCommand root) {
        command.getSubcommands()
                .values()
                .forEach(verb -> verb.getCommandSpec()
                        .usageMessage()
                        .sortOptions(false)
                        .parameterListHeading("%n")
                        .optionListHeading("%nOptions:%n"));
        command.getCommandSpec().usageMessage().optionListHeading("%nOptions:%n");
        var failures = new Failures(console, root);
        return command.setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(colours(console))
                .setUsageHelpWidth(Math.clamp(console.terminals().columns(), NARROWEST_HELP, WIDEST_HELP))
                .setOut(new PrintWriter(console.output(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    /** Bold and italic, which are legible on every background. */
    private static Help.ColorScheme colours(Console console) {
        return new Help.ColorScheme.Builder(console.coloured() ? Ansi.ON : Ansi.OFF)
                .commands(Ansi.Style.bold)
                .options(Ansi.Style.bold)
                .parameters(Ansi.Style.bold)
                .optionParams(Ansi.Style.italic)
                .build();
    }

    /** The version that the build wrote down. */
    static String version() {
        try (var text = Main.class.getResourceAsStream("version.txt")) {
            if (text == null) {
                throw new IllegalStateException("version.txt is not in the package");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
