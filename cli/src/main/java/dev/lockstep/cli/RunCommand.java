package dev.lockstep.cli;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.Input;
import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.text.template.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        addMethodSubcommands = false,
        description = "Continues a prompt and streams the text.",
        customSynopsis = "lockstep run [OPTIONS] -m MODEL [-p TEXT | -f FILE]",
        footer = {
            "",
            "Examples:",
            "  lockstep run -m model.gguf -p \"Once upon a time\" -n 100 --temp 0",
            "  lockstep run -m model.gguf --chat -p \"Why is the sky blue?\"",
            "  lockstep run -m model.gguf --json < prompt.txt"
        })
final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @ArgGroup
    private PromptSource prompt = new PromptSource();

    @Option(names = "--chat", description = "Put the prompt into the model's chat template.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "System message; implies --chat.")
    private @Nullable String system;

    @Option(names = "--parse-special", description = "Understand control tokens written out in it.")
    private boolean parseSpecial;

    @Option(names = "--echo", description = "Print the prompt, too.")
    private boolean echo;

    @Option(names = "--json", description = "Print one object at the end.")
    private boolean json;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private SpeculationOptions speculation = new SpeculationOptions();

    /** One of several places; standard input if none is named. */
    static final class PromptSource {
        @Option(
                names = {"-p", "--prompt"},
                paramLabel = "TEXT",
                description = "What to continue; by default standard input.")
        private @Nullable String text;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "Prompt from a file, without its last line end.")
        private @Nullable Path file;
    }

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var settings = sampling.settings();
        var options = speculation.in(ServiceOptions.DEFAULT);
        var text = promptText();
        try (var service = speculation.serve(model, options, console)) {
            var output = new StreamedText(console, !json);
            if (echo && !json) {
                output.text(text);
            }
            CompletionRequest request =
                    settings.apply(CompletionRequest.of(input(text))).build();
            finish(service.model(), service.complete(request, output), output);
        }
        return ExitStatus.DONE;
    }

    private Input input(String text) {
        if (!chat && system == null) {
            return new Input.Continue(new Prompt.Text(text, parseSpecial));
        }
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.of("system", system));
        }
        messages.add(Message.of("user", text));
        return Conversation.of(messages);
    }

    private void finish(Lockstep opened, CompletionResult result, StreamedText output) {
        if (json) {
            Json.print(console, fields(opened, result));
            return;
        }
        output.endLine();
        if (console.terminals().error()) {
            console.note(Speed.of(result));
        }
    }

    private static Map<String, Object> fields(Lockstep opened, CompletionResult result) {
        var answer = result.choices().getFirst();
        var usage = result.usage();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", opened.name());
        fields.put("engine", opened.machine().name());
        fields.put("text", answer.text());
        fields.put("tokens", answer.tokens().stream().map(ScoredToken::token).toList());
        fields.put("prompt_tokens", usage.promptTokens());
        fields.put("generated_tokens", usage.completionTokens());
        fields.put("prefill_tps", result.promptTokensPerSecond());
        fields.put("decode_tps", result.answerTokensPerSecond());
        fields.put("first_token_ms", result.timings().firstTokenNanos() / 1e6);
        fields.put("finish_reason", answer.finishReason().word());
        return fields;
    }

    private String promptText() {
        if (prompt.text != null) {
            return prompt.text;
        }
        if (prompt.file == null || prompt.file.toString().equals("-")) {
            if (console.terminals().input()) {
                throw new UsageException("there is no prompt; give one with -p TEXT or -f FILE, or use lockstep chat");
            }
            return withoutLineEnd(console.readAll());
        }
        try {
            return withoutLineEnd(Files.readString(prompt.file));
        } catch (IOException failure) {
            throw new UsageException(
                    prompt.file + ": cannot be read as UTF-8 text ("
                            + failure.getClass().getSimpleName() + "); check the path",
                    failure);
        }
    }

    private static String withoutLineEnd(String text) {
        return text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
