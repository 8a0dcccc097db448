package dev.lockstep.cli;

import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Receipt;
import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = "Makes the answer of a receipt again, and compares.",
        customSynopsis = "lockstep verify [OPTIONS] -m MODEL RECEIPT",
        footer = {
            "",
            "A server gives a receipt with an answer when the request has \"receipt\": true. Example:",
            "  lockstep verify -m model.gguf receipt.json",
            "",
            "Exit status: 0 the answer is the same, 1 it differs, 2 the receipt cannot be checked."
        })
final class VerifyCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(paramLabel = "RECEIPT", description = "File with the receipt, an object of JSON.")
    private @Nullable Path receipt;

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Receipt known = read(Given.required(receipt));
        model.model();
        try (var service = InferenceService.open(model.open(console), ServiceOptions.DEFAULT)) {
            Optional<String> difference = service.replay(known);
            console.printLine(difference.map(text -> "DIFFERENT: " + text).orElse("identical"));
            return difference.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
        }
    }

    private static Receipt read(Path file) {
        try {
            return Receipt.parse(Files.readString(file));
        } catch (IOException unreadable) {
            throw new UsageException("the receipt " + file + " cannot be read: " + unreadable.getMessage());
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(file + ": " + wrong.getMessage());
        }
    }
}
