package dev.lockstep.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** What the command can do, in the order of its help. */
final class Verbs {
    /** A verb, of which nothing is made before it is needed: to set up all of them takes as long as to open a model. */
    private record Verb(Class<?> type, Function<Console, Object> make) {
        Command described() {
            return type.getAnnotation(Command.class);
        }

        /** Enough to list it. */
        CommandSpec summary() {
            var described = described();
            var spec = CommandSpec.create().name(described.name());
            spec.usageMessage().description(described.description()).hidden(described.hidden());
            return spec;
        }
    }

    private static final List<Verb> ALL = List.of(
            new Verb(ChatCommand.class, ChatCommand::new),
            new Verb(RunCommand.class, RunCommand::new),
            new Verb(ServeCommand.class, ServeCommand::new),
            new Verb(PullCommand.class, PullCommand::new),
            new Verb(ModelsCommand.class, ModelsCommand::new),
            new Verb(InspectCommand.class, InspectCommand::new),
            new Verb(BenchCommand.class, BenchCommand::new),
            new Verb(QuantizeCommand.class, QuantizeCommand::new),
            new Verb(TokenizeCommand.class, TokenizeCommand::new),
            new Verb(LogitsCommand.class, LogitsCommand::new),
            new Verb(AccuracyCommand.class, AccuracyCommand::new),
            new Verb(VerifyCommand.class, VerifyCommand::new),
            new Verb(CacheCommand.class, CacheCommand::new),
            new Verb(SimulateCommand.class, SimulateCommand::new),
            new Verb(CompileCommand.class, CompileCommand::new),
            new Verb(ExplainCommand.class, ExplainCommand::new),
            new Verb(LpuCheckCommand.class, LpuCheckCommand::new),
            new Verb(LpuValidateCommand.class, LpuValidateCommand::new),
            new Verb(LpuSurveyCommand.class, LpuSurveyCommand::new),
            new Verb(AsmCommand.class, AsmCommand::new),
            new Verb(DisasmCommand.class, DisasmCommand::new),
            new Verb(TourCommand.class, TourCommand::new),
            new Verb(CompletionCommand.class, CompletionCommand::new),
            new Verb(ManualCommand.class, ManualCommand::new),
            new Verb(WarmUpCommand.class, _ -> new WarmUpCommand()));

    private Verbs() {}

    static List<Object> all(Console console) {
        return ALL.stream().map(verb -> verb.make.apply(console)).toList();
    }

    /** The one that the first word names. */
    static Optional<Object> named(Console console, String... arguments) {
        for (var argument : arguments) {
            if (!argument.startsWith("-")) {
                return ALL.stream()
                        .filter(verb -> verb.described().name().equals(argument))
                        .findFirst()
                        .map(verb -> verb.make.apply(console));
            }
        }
        return Optional.empty();
    }

    /** Enough of each to list it. */
    static List<CommandSpec> summaries() {
        return ALL.stream().map(Verb::summary).toList();
    }
}
