package dev.lockstep.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What stands before the verbs. */
@Command(
        name = "lockstep",
        description = "Runs language models as one statically scheduled program.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        versionProvider = LockstepCommand.Version.class,
        footer = {
            "",
            "MODEL is a GGUF file, a name of lockstep models, or demo, which is inside.",
            "Examples:",
            "  lockstep run -m model.gguf -p \"Once upon a time\" -n 100",
            "  lockstep chat -m model.gguf",
            "  lockstep run --help",
            "",
            "Exit status: 0 done, 1 failed, 2 wrong usage or bad input."
        })
final class LockstepCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show stack traces (also LOCKSTEP_DEBUG=1).")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    LockstepCommand(Console console) {
        this.console = console;
    }

    boolean verbose() {
        return verbose || System.getenv("LOCKSTEP_DEBUG") != null;
    }

    @Override
    public Integer call() {
        var verbs = Given.required(spec).subcommands().keySet();
        console.printLine(new Welcome(verbs, console.coloured()).text());
        return ExitStatus.DONE;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "lockstep " + Main.version() + " (Java " + Runtime.version() + ", " + System.getProperty("os.name")
                        + " " + System.getProperty("os.arch") + ")"
            };
        }
    }
}
