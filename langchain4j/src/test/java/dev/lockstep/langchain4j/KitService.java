package dev.lockstep.langchain4j;

import dev.lockstep.demo.DemoModel;
import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.Script;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Services for LangChain4j's kits, which ask for models before they could be told of a directory. */
final class KitService {
    static final int CONTEXT = 2048;
    private static final int STEP_TOKENS = 64;

    private static final Path FILE = install();

    /** The demo model itself. */
    static final InferenceService DEMO = InferenceService.open(
            Lockstep.open(FILE, LockstepOptions.DEFAULT.withCache(false).withWarnings(_ -> {})),
            ServiceOptions.DEFAULT);

    private static final Tokenizer TOKENIZER = tokenizer();
    private static final Map<Dialect, InferenceService> KNOWING = new EnumMap<>(Dialect.class);

    private KitService() {}

    /**
     * A model that knows what the kits ask, in the place of the demo model's weights: chat template, tokenizer, sampling, grammars,
     * scheduling and the reading of calls are those of any model.
     */
    static InferenceService knowing(Dialect dialect) {
        synchronized (KNOWING) {
            return KNOWING.computeIfAbsent(dialect, asked -> knowing(asked, CONTEXT, 0));
        }
    }

    /** One of its own, with a context of so many tokens, whose steps take some time. */
    static InferenceService knowing(Dialect dialect, int context, int stepMillis) {
        var script = new Script(TOKENIZER, Dialect.ASSISTANT, new KitAnswers(dialect));
        var machine = new FakeMachine(TOKENIZER.vocabularySize(), context, STEP_TOKENS, script);
        machine.stepMillis = stepMillis;
        var model = new FakeModel("knowing", TOKENIZER).openWithTemplate(machine, dialect.template());
        return InferenceService.open(model, ServiceOptions.DEFAULT);
    }

    /** One for each way to write calls. */
    static List<InferenceService> allKnowing() {
        return List.of(knowing(Dialect.HERMES), knowing(Dialect.LLAMA), knowing(Dialect.MISTRAL));
    }

    private static Tokenizer tokenizer() {
        try (ModelFile file = ModelFiles.open(FILE)) {
            return Tokenizer.of(file.metadata());
        }
    }

    private static Path install() {
        try {
            Path directory = Files.createTempDirectory("lockstep-demo");
            Path file = DemoModel.install(directory);
            file.toFile().deleteOnExit();
            directory.toFile().deleteOnExit();
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
