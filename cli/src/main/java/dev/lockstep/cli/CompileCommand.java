package dev.lockstep.cli;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.compiler.report.HtmlReport;
import dev.lockstep.compiler.report.Outcome;
import dev.lockstep.compiler.trace.ChromeTrace;
import dev.lockstep.lpu.machine.Topology;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "compile",
        description = {
            "Divides a model over LPUs, and says how fast it would be.",
            "It says how fast one user's tokens come from these language processing units, and why not faster. No weights are needed: sizes decide everything."
        },
        customSynopsis = "lockstep compile [OPTIONS] -m MODEL --target lpu:CHIPS",
        footer = {
            "",
            "MODEL is shape:NAME, a GGUF file, or a config.json of Hugging Face (or its directory).",
            "Examples:",
            "  lockstep compile -m shape:llama-2-70b --target lpu:576 --report report.html",
            "  lockstep compile -m shape:llama-2-70b --target lpu:576 --hop-ns 722 --json"
        })
final class CompileCommand implements Callable<Integer> {
    private static final int USUAL_CONTEXT = 4096;

    /** Positions that a program keeps room for unless one asks for others. */
    private static final int PROGRAM_CONTEXT = 512;

    private final Console console;

    @Option(
            names = {"-m", "--model"},
            required = true,
            paramLabel = "MODEL",
            description = "shape:NAME, a GGUF file, or a config.json.")
    private @Nullable String model;

    @Option(
            names = "--target",
            required = true,
            paramLabel = "lpu:CHIPS",
            converter = LpuTarget.Converter.class,
            description = "How many chips may be used; fewer are where that is better.")
    private @Nullable LpuTarget target;

    @Option(names = "--context", paramLabel = "C", description = "Positions that attention sees. Default 4096.")
    private int context;

    @Option(
            names = "--users",
            paramLabel = "U",
            description = "Users whose caches have to fit, and who take turns in the pipeline. Default 1.")
    private int users = 1;

    @Option(
            names = "--prompt",
            paramLabel = "P",
            description = "Tokens of a prompt whose time to the first token is told. Default 512.")
    private int prompt = 512;

    @Option(names = "--sweep", description = "Schedule shorter contexts as well, from the first position on.")
    private boolean sweep;

    @Option(
            names = "--rows",
            paramLabel = "R",
            split = ",",
            description = "Schedule steps of so many guessed tokens of one user as well, 2 to 16, e.g. 2,4,8.")
    private List<Integer> rows = List.of();

    @Option(
            names = "--acceptance",
            paramLabel = "A",
            description = "Share of guessed tokens that are right, with which speeds of --rows are told. Default 0.7.")
    private double acceptance = 0.7;

    @Mixin
    private HopOption hop = new HopOption();

    @Option(names = "--weights", paramLabel = "TYPE", description = "int8 or fp16. Default int8.")
    private WeightPrecision precision = WeightPrecision.INT8;

    @Option(names = "--objective", paramLabel = "WHAT", description = "latency of one user (default), or throughput.")
    private Objective objective = Objective.LATENCY;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "quadfour_ring (default above 64 chips), quadfour_line, dragonfly or dragonfly_racks.")
    private @Nullable Topology topology;

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            converter = OutputFile.Converter.class,
            description = "Write a page that shows where the time goes.")
    private @Nullable OutputFile report;

    @Option(
            names = "--trace",
            paramLabel = "FILE.json",
            converter = OutputFile.Converter.class,
            description = "Write a trace for Perfetto or Chrome.")
    private @Nullable OutputFile trace;

    @Option(
            names = "--no-check",
            description = "Do not have the schedule checked for conflicts, which takes most of the time.")
    private boolean unchecked;

    @Option(
            names = "--program",
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description =
                    "Also write the program of a token on 1, 2, 4 or 8 chips, or on whole nodes, for disasm and explain.")
    private @Nullable OutputFile program;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    CompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (program != null) {
            writeProgram(program);
        }
        var plan = UsageException.refusing(() -> Plan.of(question()));
        var compilation = new SystemCompilation(
                console, plan, new SystemCompilation.Options(!unchecked, prompt, acceptance, sweep, rows));
        var outcome = UsageException.refusing(compilation::run);
        if (json) {
            Json.print(console, outcome.map(Outcome::fields).orElseGet(() -> compilation.fieldsWithout()));
        } else {
            new PlanReport(console, compilation.plan(), outcome, compilation.reason()).print();
        }
        if (report != null || trace != null) {
            var scheduled = outcome.orElseThrow(() -> new UsageException(
                    "there is no schedule to show: " + compilation.reason() + "; leave out --report and --trace"));
            write(scheduled);
        }
        return ExitStatus.DONE;
    }

    private void write(Outcome outcome) {
        if (report != null) {
            report.write(HtmlReport.of(outcome));
            console.note("lockstep: wrote " + report);
        }
        if (trace != null) {
            var question = outcome.plan().question();
            int tensor = outcome.plan().partition().tensor();
            trace.write(output -> {
                try (var text = new OutputStreamWriter(output, StandardCharsets.UTF_8)) {
                    ChromeTrace.write(outcome.schedule(), question.machine(), tensor, text);
                }
            });
            console.note("lockstep: wrote " + trace);
        }
    }

    private void writeProgram(OutputFile file) {
        int chips = Given.required(target).chips();
        int positions = context == 0 ? PROGRAM_CONTEXT : context;
        var token = TokenProgramFile.write(
                Given.required(model), hop.machine(), chips, positions, precision.element(), file);
        console.note("lockstep: wrote the program of a token at position %d on %d chips, %d cycles, to %s"
                .formatted(positions - 1, chips, token.predictedCycles(), file));
    }

    private Question question() {
        var sizes = SizesReference.read(Given.required(model));
        int chips = Given.required(target).chips();
        return new Question(
                sizes,
                hop.machine(),
                topology == null ? LpuTarget.usualTopology(chips) : topology,
                chips,
                context == 0 ? Math.min(USUAL_CONTEXT, sizes.contextLength()) : context,
                users,
                precision,
                objective);
    }
}
