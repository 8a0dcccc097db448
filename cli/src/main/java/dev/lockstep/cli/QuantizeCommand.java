package dev.lockstep.cli;

import dev.lockstep.engine.ByteSize;
import dev.lockstep.engine.quantize.Quantization;
import dev.lockstep.engine.quantize.RoundingError;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.tensor.TensorType;
import java.nio.channels.Channels;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "quantize",
        description = {
            "Rounds a model's weights to fewer bits, into a GGUF file.",
            "A directory with safetensors becomes a GGUF file, too."
        },
        customSynopsis = "lockstep quantize [OPTIONS] -m MODEL -o FILE",
        footer = {
            "",
            "Examples:",
            "  lockstep quantize -m path/to/directory -o model-q4.gguf",
            "  lockstep quantize -m model-f16.gguf --type Q8_0 -o model-q8.gguf"
        })
final class QuantizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private RequiredModel model = new RequiredModel();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            converter = OutputFile.Converter.class,
            description = "Where to write.")
    private @Nullable OutputFile output;

    @Option(names = "--type", paramLabel = "TYPE", description = "Type or mixture of the weights. Default Q4_K_M.")
    private WeightTypes type = WeightTypes.Q4_K_M;

    @Option(names = "--requantize", description = "Also round weights that are rounded already.")
    private boolean requantize;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    QuantizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var file = Given.required(output);
        try (var source = ModelFiles.open(model.file())) {
            var quantization = Quantization.of(source, type, requantize);
            var errors = new LinkedHashMap<TensorType, RoundingError>();
            file.write(
                    bytes -> errors.putAll(quantization.writeTo(Channels.newChannel(bytes), new ProgressBar(console))));
            if (json) {
                Json.print(console, fields(file, quantization, errors));
            } else {
                report(quantization, errors);
                console.note("lockstep: wrote " + file);
            }
        }
        return ExitStatus.DONE;
    }

    private void report(Quantization quantization, Map<TensorType, RoundingError> errors) {
        console.printLine("weights      " + ByteSize.print(quantization.bytesBefore()) + " before, "
                + ByteSize.print(quantization.bytesAfter()) + " after");
        console.printLine(String.format(Locale.ROOT, "bits         %.2f a weight", quantization.bitsPerWeight()));
        errors.forEach((rounded, error) -> console.printLine(String.format(
                Locale.ROOT, "error        %.2f %% of a weight's magnitude in %s", 100 * error.relative(), rounded)));
    }

    private static Map<String, Object> fields(
            OutputFile file, Quantization quantization, Map<TensorType, RoundingError> errors) {
        var relative = new LinkedHashMap<String, Object>();
        errors.forEach((rounded, error) -> relative.put(rounded.toString(), error.relative()));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("file", file.toString());
        fields.put("bytes_before", quantization.bytesBefore());
        fields.put("bytes_after", quantization.bytesAfter());
        fields.put("bits_per_weight", quantization.bitsPerWeight());
        fields.put("relative_errors", relative);
        return fields;
    }
}
