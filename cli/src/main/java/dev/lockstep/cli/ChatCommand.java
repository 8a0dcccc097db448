package dev.lockstep.cli;

import dev.lockstep.engine.assistant.Assistant;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.formats.ControlCharacters;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "chat",
        addMethodSubcommands = false,
        description = "Talks with a model.",
        customSynopsis = "lockstep chat [OPTIONS] [-m MODEL]",
        footer = {
            "",
            "Ctrl-C stops an answer, Ctrl-D leaves, /help lists commands. Without a terminal every line is a message.",
            "Examples:",
            "  lockstep chat",
            "  lockstep chat -m model.gguf --system \"You are a pirate.\"",
            "  echo \"Why is the sky blue?\" | lockstep chat -m model.gguf"
        })
final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--system", paramLabel = "TEXT", description = "Who the model is to be.")
    private @Nullable String system;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private SpeculationOptions speculation = new SpeculationOptions();

    ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var settings = sampling.settings();
        var options = speculation.in(ServiceOptions.DEFAULT);
        model.takeDemoUnlessNamed(console);
        boolean interactive = console.terminals().input() && console.terminals().output();
        try (var service = speculation.serve(model, options, console);
                var input = interactive ? TerminalChatInput.open() : new PipedChatInput(console.reader())) {
            var opened = service.model();
            var chat = new Assistant(service).settings(settings);
            if (system != null) {
                chat.system(system);
            }
            if (interactive) {
                console.printLine("%s, %s machine, %d tokens of context"
                        .formatted(
                                ControlCharacters.escape(opened.name()),
                                opened.machine().name(),
                                opened.machine().contextLength()));
                console.printLine("Ctrl-C stops an answer, Ctrl-D leaves, /help lists commands.");
                console.flush();
            }
            new ChatLoop(console, chat, input, interactive).run();
        }
        return ExitStatus.DONE;
    }
}
