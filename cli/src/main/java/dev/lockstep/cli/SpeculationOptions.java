package dev.lockstep.cli;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who guesses tokens ahead. */
final class SpeculationOptions {
    @Option(
            names = "--draft",
            paramLabel = "MODEL",
            converter = ModelReference.Converter.class,
            description = "A small model of the same kind, to guess ahead.")
    private @Nullable ModelReference draft;

    @Option(names = "--no-speculation", description = "Guess no tokens ahead; answers are the same.")
    private boolean none;

    /** Puts in whether there is to be any. */
    ServiceOptions in(ServiceOptions options) {
        if (draft != null && none) {
            throw new UsageException("--draft and --no-speculation contradict each other; leave one of them out");
        }
        return options.withSpeculation(!none);
    }

    /** Opens the models, and serves them. */
    InferenceService serve(ModelOptions model, ServiceOptions options, Console console) {
        Lockstep served = model.open(console);
        try {
            Optional<Lockstep> small = draft == null
                    ? Optional.empty()
                    : Optional.of(Lockstep.open(
                            draft.file(), model.options(console, 0).withContextLength(0)));
            return InferenceService.open(served, small, options);
        } catch (RuntimeException refused) {
            served.close();
            throw refused;
        }
    }
}
