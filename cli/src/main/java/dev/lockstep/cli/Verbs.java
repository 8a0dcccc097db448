package dev.lockstep.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** What the command can do, in the order of its help. */
final class Verbs {
    private Verbs() {}

    static List<Object> all(Console console) {
        return List.of(
                new ChatCommand(console),
                new RunCommand(console),
                new ServeCommand(console),
                new PullCommand(console),
                new ModelsCommand(console),
                new InspectCommand(console),
                new BenchCommand(console),
                new TokenizeCommand(console),
                new LogitsCommand(console),
                new AccuracyCommand(console),
                new VerifyCommand(console),
                new CacheCommand(console),
                new SimulateCommand(console),
                new CompileCommand(console),
                new ExplainCommand(console),
                new LpuCheckCommand(console),
                new LpuValidateCommand(console),
                new LpuSurveyCommand(console),
                new AsmCommand(console),
                new DisasmCommand(console),
                new TourCommand(console),
                new CompletionCommand(console),
                new ManualCommand(console),
                new WarmUpCommand());
    }

    /** The one that the first word names. */
    static Optional<Object> named(List<Object> verbs, String... arguments) {
        var first = Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst();
        return verbs.stream()
                .filter(verb -> first.equals(Optional.of(described(verb).name())))
                .findFirst();
    }

    /** Enough to list it. */
    static CommandSpec summary(Object verb) {
        var described = described(verb);
        var spec = CommandSpec.create().name(described.name());
        spec.usageMessage().description(described.description()).hidden(described.hidden());
        return spec;
    }

    private static Command described(Object verb) {
        return verb.getClass().getAnnotation(Command.class);
    }
}
