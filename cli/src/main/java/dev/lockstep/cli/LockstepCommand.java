package dev.lockstep.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/** What stands before the verbs. Put together by hand, since annotations of every class that has some cost time at every start. */
final class LockstepCommand implements Callable<Integer> {
    private final Console console;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private boolean verbose;

    LockstepCommand(Console console) {
        this.console = console;
        spec.name("lockstep")
                .versionProvider(LockstepCommand::version)
                .addOption(flag("--verbose")
                        .scopeType(ScopeType.INHERIT)
                        .description("Show stack traces (also LOCKSTEP_DEBUG=1).")
                        .setter(new Verbosity())
                        .build())
                .addOption(flag("-h", "--help")
                        .usageHelp(true)
                        .scopeType(ScopeType.INHERIT)
                        .description("Show this help.")
                        .build())
                .addOption(flag("-V", "--version")
                        .versionHelp(true)
                        .description("Show the version.")
                        .build());
        spec.usageMessage()
                .description("Runs language models as one statically scheduled program.")
                .synopsisSubcommandLabel("VERB")
                .commandListHeading("%nVerbs:%n")
                .footer(
                        "",
                        "MODEL is a GGUF file, a directory with safetensors, a name of lockstep models, or",
                        "demo, which is inside.",
                        "Examples:",
                        "  lockstep run -m model.gguf -p \"Once upon a time\" -n 100",
                        "  lockstep chat -m model.gguf",
                        "  lockstep run --help",
                        "",
                        "Exit status: 0 done, 1 failed, 2 wrong usage or bad input.");
    }

    private static OptionSpec.Builder flag(String... names) {
        return OptionSpec.builder(names).arity("0").type(boolean.class);
    }

    /** For picocli. */
    CommandSpec spec() {
        return spec;
    }

    boolean verbose() {
        return verbose || System.getenv("LOCKSTEP_DEBUG") != null;
    }

    @Override
    public Integer call() {
        var verbs = spec.subcommands().keySet();
        console.printLine(new Welcome(verbs, console.coloured()).text());
        return ExitStatus.DONE;
    }

    private static String[] version() {
        return new String[] {
            "lockstep " + Main.version() + " (Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + ")"
        };
    }

    /** Hears of {@code --verbose}. */
    private final class Verbosity implements ISetter {
        @Override
        public <T> T set(T value) {
            verbose = Boolean.TRUE.equals(value);
            return value;
        }
    }
}
