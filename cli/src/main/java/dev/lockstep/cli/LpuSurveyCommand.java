package dev.lockstep.cli;

import dev.lockstep.compiler.model.ModelPresets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "lpu-survey",
        description = {
            "Sets the speed of models on LPUs beside bounds and figures.",
            "Models are compiled for systems of 8 to 1,024 language processing units, in some minutes; figures are published ones."
        },
        customSynopsis = "lockstep lpu-survey [--models NAME,...] [-o FILE]",
        footer = {"", "Example:", "  lockstep lpu-survey -o docs/lpu-models.md"})
final class LpuSurveyCommand implements Callable<Integer> {
    /** One of each kind that is not of another's sizes. */
    private static final List<String> MODELS = List.of(
            "llama-2-7b",
            "llama-2-13b",
            "llama-2-70b",
            "llama-3.2-1b",
            "llama-3.2-3b",
            "llama-3.1-8b",
            "llama-3.1-70b",
            "llama-3.1-405b",
            "mistral-7b",
            "mixtral-8x7b",
            "mixtral-8x22b",
            "qwen2.5-7b",
            "qwen2.5-14b",
            "qwen2.5-32b",
            "qwen2.5-72b",
            "qwen3-8b",
            "qwen3-14b",
            "qwen3-32b",
            "qwen3-30b-a3b",
            "qwen3-235b-a22b",
            "gpt-oss-20b",
            "gpt-oss-120b",
            "deepseek-v2-lite",
            "deepseek-v3");

    private final Console console;

    @Option(
            names = "--models",
            paramLabel = "NAME",
            split = ",",
            description = "Shapes to compile. Default: most that are known.")
    private @Nullable List<String> models;

    @Mixin
    private final PageOutput output = new PageOutput();

    LpuSurveyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<String> names = models == null ? MODELS : models;
        names.forEach(name -> UsageException.refusing(() -> ModelPresets.named(name)));
        output.write(console, new SurveyPage(console, names).render());
        return ExitStatus.DONE;
    }
}
