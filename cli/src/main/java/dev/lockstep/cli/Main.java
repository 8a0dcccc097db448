package dev.lockstep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/** The process: puts the command together, runs it, and ends with its exit status. */
public final class Main {
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

    /** All verbs, or only the one that the arguments name: to learn the options of all takes as long as to open a model. */
    static CommandLine commandLine(Console console, String... arguments) {
        var root = new LockstepCommand(console);
        var command = new CommandLine(root);
        List<Object> verbs = List.of(
                new RunCommand(console),
                new ChatCommand(console),
                new InspectCommand(console),
                new TokenizeCommand(console),
                new LogitsCommand(console),
                new BenchCommand(console),
                new CompileCommand(console),
                new SimulateCommand(console),
                new AsmCommand(console),
                new DisasmCommand(console),
                new ExplainCommand(console),
                new LpuCheckCommand(console),
                new LpuValidateCommand(console),
                new ServeCommand(console),
                new CacheCommand(console),
                new AccuracyCommand(console),
                new TourCommand(console),
                new CompletionCommand(console),
                new ManualCommand(console),
                new VerifyCommand(console),
                new WarmUpCommand());
        named(verbs, arguments).forEach(command::addSubcommand);
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
                .setColorScheme(Help.defaultColorScheme(console.coloured() ? Ansi.ON : Ansi.OFF))
                .setOut(new PrintWriter(console.output(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    private static List<Object> named(List<Object> verbs, String... arguments) {
        var first = Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst();
        var named = verbs.stream()
                .filter(verb -> first.equals(
                        Optional.of(verb.getClass().getAnnotation(Command.class).name())))
                .toList();
        return named.isEmpty() ? verbs : named;
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
