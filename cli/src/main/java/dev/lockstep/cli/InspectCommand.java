package dev.lockstep.cli;

import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Shows what a model file holds, and what memory it needs.",
            "If the model cannot be run, it says why."
        },
        customSynopsis = "lockstep inspect [OPTIONS] MODEL",
        footer = {
            "",
            "Examples:",
            "  lockstep inspect model.gguf --ctx 8192",
            "  lockstep inspect model.gguf --tensors",
            "  lockstep inspect shape:llama-2-70b --type Q4_K_M"
        })
final class InspectCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "MODEL",
            converter = ModelReference.Converter.class,
            description = "A GGUF file, a directory, a name of models, demo, or shape:NAME.")
    private @Nullable ModelReference model;

    @Option(
            names = {"-c", "--ctx"},
            paramLabel = "N",
            description = "Context to add up memory for.")
    private int contextLength;

    @Option(names = "--type", paramLabel = "TYPE", description = "Type of the weights of a shape. Default Q4_0.")
    private WeightTypes type = WeightTypes.Q4_0;

    @Option(names = "--tensors", description = "List every tensor.")
    private boolean tensors;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (contextLength < 0) {
            throw new UsageException("--ctx is " + contextLength + ", must be 1 or more");
        }
        switch (Given.required(model)) {
            case ModelReference.File file -> {
                try (var gguf = ModelFiles.open(file.path())) {
                    report(Inspection.ofFile(ModelDescription.of(gguf.metadata(), gguf.tensors())));
                }
            }
            case ModelReference.Shape shape ->
                report(Inspection.ofShape(UsageException.refusing(() -> ModelShape.named(shape.name()))
                        .describe(type)));
        }
        return ExitStatus.DONE;
    }

    private void report(Inspection inspection) {
        var context = contextLength == 0 ? inspection.defaultContext() : OptionalInt.of(contextLength);
        if (json) {
            Json.print(console, InspectionFields.of(inspection, context, tensors));
        } else {
            new InspectionReport(console, inspection, context).print(tensors);
        }
    }
}
