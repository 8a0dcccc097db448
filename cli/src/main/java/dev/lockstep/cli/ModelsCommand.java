package dev.lockstep.cli;

import dev.lockstep.cli.models.LocalModel;
import dev.lockstep.cli.models.ModelDirectory;
import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "models",
        description = "Lists the models that -m takes by name, or deletes one.",
        customSynopsis = "lockstep models [--delete NAME] [--json]",
        footer = {
            "",
            "They are the GGUF files, and the directories with safetensors, in ~/.local/share/lockstep/models and",
            "below; put yours there, or link to them.",
            "LOCKSTEP_MODELS names another directory. The beginning of a name is enough for -m.",
            "Examples:",
            "  lockstep models",
            "  lockstep models --delete Llama-3.2-1B-Instruct-Q4_K_M"
        })
final class ModelsCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--delete", paramLabel = "NAME", description = "Delete the files of this model.")
    private @Nullable String deleted;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    ModelsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var directory = ModelDirectory.ofUser();
        if (deleted != null) {
            delete(directory, deleted);
        }
        var models = directory.models();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("directory", directory.path().toString());
            fields.put("models", models.stream().map(ModelsCommand::fields).toList());
            Json.print(console, fields);
        } else {
            print(directory, models);
        }
        return ExitStatus.DONE;
    }

    private static void delete(ModelDirectory directory, String name) {
        var model = directory.models().stream()
                .filter(local -> local.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        name + ": there is no model of this name; 'lockstep models' lists them, write it as there"));
        try {
            for (var file : model.files()) {
                Files.delete(file);
            }
            deleteIfEmpty(model.file());
        } catch (IOException failure) {
            throw new UncheckedIOException(new IOException(name + ": cannot be deleted (" + failure + ")", failure));
        }
    }

    /** A directory in which a model was; other files that somebody put there stay. */
    private static void deleteIfEmpty(Path path) throws IOException {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException others) {
            // They are not ours.
        }
    }

    private void print(ModelDirectory directory, List<LocalModel> models) {
        int width = Math.max(
                DemoModel.NAME.length(),
                models.stream().mapToInt(model -> model.name().length()).max().orElse(0));
        var format = "%-" + width + "s  %10s";
        console.printLine(format.formatted(DemoModel.NAME, "inside"));
        models.forEach(model ->
                console.printLine(format.formatted(Printable.harmless(model.name()), ByteSize.print(model.bytes()))));
        if (console.terminals().error()) {
            console.note("in " + directory.path() + "; lockstep pull brings others");
        }
    }

    static Map<String, Object> fields(LocalModel model) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", model.name());
        fields.put("file", model.file().toString());
        fields.put("bytes", model.bytes());
        return fields;
    }
}
