package dev.lockstep.cli;

import dev.lockstep.cli.models.ModelException;
import dev.lockstep.engine.EngineException;
import dev.lockstep.formats.FormatException;
import dev.lockstep.graph.GraphException;
import dev.lockstep.lpu.LpuException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one sentence what went wrong, and whose fault it was by the exit status. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Console console;
    private final LockstepCommand root;

    Failures(Console console, LockstepCommand root) {
        this.console = console;
        this.root = root;
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] arguments) {
        // What a value names was looked for, and the objection is a sentence already.
        switch (wrong.getCause()) {
            case UsageException refused -> {
                return refuse(refused);
            }
            case ModelException absent -> {
                return refuse(absent);
            }
            case UncheckedIOException failure -> {
                return fail(failure.getCause().getMessage(), failure);
            }
            case null, default -> {}
        }
        var verb = wrong.getCommandLine().getCommandSpec().qualifiedName();
        var suggestions = wrong instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream().limit(3).toList()
                : List.<String>of();
        console.note("lockstep: " + sentence(wrong.getMessage())
                + (suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?")
                + (suggestions.isEmpty() ? "; see '" : " See '") + verb + " --help'");
        trace(wrong);
        return ExitStatus.REFUSED;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return switch (failure) {
            case ReaderGoneException enough -> ExitStatus.DONE;
            case UsageException wrong -> refuse(wrong);
            case ModelException absent -> refuse(absent);
            case FormatException bad -> refuse(bad);
            case EngineException impossible -> refuse(impossible);
            case GraphException impossible -> refuse(impossible);
            case LpuException impossible -> refuse(impossible);
            case UncheckedIOException input -> fail(input.getCause().getMessage(), input);
            default -> fail("internal error: " + failure + "; please report it with the output of --verbose", failure);
        };
    }

    private int refuse(Exception wrong) {
        console.note("lockstep: " + wrong.getMessage());
        trace(wrong);
        return ExitStatus.REFUSED;
    }

    private int fail(String message, Exception failure) {
        console.note("lockstep: " + message);
        trace(failure);
        return ExitStatus.FAILED;
    }

    private void trace(Exception failure) {
        if (root.verbose()) {
            console.trace(failure);
        }
    }

    private static String sentence(String message) {
        return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }
}
