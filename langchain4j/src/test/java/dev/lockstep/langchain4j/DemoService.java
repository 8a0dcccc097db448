package dev.lockstep.langchain4j;

import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The demo model, opened once for all of LangChain4j's kits, which ask for models before they could be told of a directory. */
final class DemoService {
    static final InferenceService INSTANCE = open();

    private DemoService() {}

    private static InferenceService open() {
        try {
            Path directory = Files.createTempDirectory("lockstep-demo");
            Path file = DemoModel.install(directory);
            file.toFile().deleteOnExit();
            directory.toFile().deleteOnExit();
            var options = LockstepOptions.DEFAULT.withCache(false).withWarnings(_ -> {});
            return InferenceService.open(Lockstep.open(file, options), ServiceOptions.DEFAULT);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
