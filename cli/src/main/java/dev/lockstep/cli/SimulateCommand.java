package dev.lockstep.cli;

import dev.lockstep.compiler.lower.CompiledModel;
import dev.lockstep.compiler.lower.LpuCompiler;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.text.Tokenizer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "simulate",
        description = {
            "Continues a prompt on simulated LPUs, and says how long it took.",
            "Every vector of every language processing unit is computed. The most likely token follows, always."
        },
        customSynopsis = "lockstep simulate [OPTIONS] -m MODEL --target lpu:CHIPS -p TEXT",
        footer = {
            "",
            "Examples:",
            "  lockstep simulate -m demo --target lpu:1 -p \"Once upon a time\" -n 40",
            "  lockstep simulate -m model.gguf --target lpu:8 -p \"Once upon a time\" --json"
        })
final class SimulateCommand implements Callable<Integer> {
    private static final int USUAL_CONTEXT = 512;

    private final Console console;

    @Mixin
    private RequiredModel model = new RequiredModel();

    @Option(
            names = "--target",
            paramLabel = "lpu:CHIPS",
            converter = LpuTarget.Converter.class,
            description =
                    "1, 2, 4 or 8 chips of a node, or 16, 24 ... of several, which form a pipeline. Default lpu:1.")
    private LpuTarget target = new LpuTarget(1);

    @Option(
            names = {"-p", "--prompt"},
            required = true,
            paramLabel = "TEXT",
            description = "What to continue.")
    private String prompt = "";

    @Option(
            names = {"-n", "--tokens"},
            paramLabel = "N",
            description = "Tokens to generate. Default 40.")
    private int tokens = 40;

    @Option(
            names = {"-c", "--ctx"},
            paramLabel = "N",
            description = "Positions to keep room for. Default: as trained, up to 512.")
    private int context;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "fp16 (default), or int8 with a scale for each row.")
    private WeightPrecision precision = WeightPrecision.FP16;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "How nodes are joined: quadfour_line (default), quadfour_ring, dragonfly or dragonfly_racks.")
    private Topology topology = Topology.QUADFOUR_LINE;

    @Mixin
    private HopOption hop = new HopOption();

    @Option(names = "--json", description = "Print one object at the end.")
    private boolean json;

    SimulateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (ModelFile file = ModelFiles.open(model.file())) {
            Graph graph = Architectures.build(ModelDescription.of(file.metadata(), file.tensors()));
            Machine machine = hop.machine();
            int positions = context > 0 ? context : Math.min(USUAL_CONTEXT, graph.contextLength());
            CompiledModel compiled = new LpuCompiler(machine)
                    .compile(graph, file.tensors(), target.chips(), topology, positions, precision.element());
            Tokenizer tokenizer = Tokenizer.of(file.metadata());
            try (Simulation simulation = new Simulation(compiled, machine, tokenizer)) {
                StreamedText output = new StreamedText(console, !json);
                simulation.run(tokenizer.encode(prompt, true, false), tokens, output);
                output.endLine();
                SimulationReport report = new SimulationReport(simulation, machine);
                if (json) {
                    Json.print(console, report.fields());
                } else {
                    report.lines().forEach(console::printLine);
                }
            }
        }
        return ExitStatus.DONE;
    }
}
