package dev.lockstep.cli;

import dev.lockstep.cli.models.HubName;
import dev.lockstep.cli.models.LocalModel;
import dev.lockstep.cli.models.ModelDirectory;
import dev.lockstep.cli.models.Puller;
import dev.lockstep.engine.ByteSize;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pull",
        description = "Downloads a model into the models directory.",
        customSynopsis = "lockstep pull [OPTIONS] hf:OWNER/REPOSITORY[:TYPE] | URL",
        footer = {
            "",
            "An interrupted download goes on where it stopped when the command is repeated.",
            "HF_TOKEN opens what is not public, HF_ENDPOINT names a mirror; HTTPS_PROXY and NO_PROXY are respected.",
            "Examples:",
            "  lockstep pull hf:bartowski/Llama-3.2-1B-Instruct-GGUF",
            "  lockstep pull hf:bartowski/Llama-3.2-1B-Instruct-GGUF:Q8_0",
            "  lockstep chat -m llama-3.2"
        })
final class PullCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "SOURCE",
            description =
                    "A repository of Hugging Face and a type, Q4_K_M unless named; or the address of a .gguf file."
                            + " A repository without GGUF files gives its safetensors.")
    private @Nullable String source;

    @Option(names = "--sha256", paramLabel = "HEX", description = "What the file of a URL must have.")
    private @Nullable String sha256;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    PullCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var model = pull(Given.required(source));
        if (json) {
            Json.print(console, ModelsCommand.fields(model));
        } else {
            console.printLine(model.name() + ": " + ByteSize.print(model.bytes()) + ", " + model.file());
            console.note("lockstep: talk to it with: lockstep chat -m " + model.name());
        }
        return ExitStatus.DONE;
    }

    private LocalModel pull(String text) {
        var puller = Puller.ofUser(ModelDirectory.ofUser(), new ProgressBar(console));
        if (!text.startsWith(HubName.PREFIX)) {
            return puller.pull(address(text), Optional.ofNullable(sha256));
        }
        if (sha256 != null) {
            throw new UsageException("--sha256 is for URLs; Hugging Face says itself what a file must have");
        }
        return puller.pull(HubName.parse(text));
    }

    private static URI address(String text) {
        try {
            var address = new URI(text);
            if ("http".equals(address.getScheme()) || "https".equals(address.getScheme())) {
                return address;
            }
        } catch (URISyntaxException wrong) {
            // Said below.
        }
        throw new UsageException(text + ": is no source of models; write hf:OWNER/REPOSITORY or https://.../NAME.gguf");
    }
}
