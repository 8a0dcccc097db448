package dev.lockstep.engine;

import dev.lockstep.formats.Metadata;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.ChatTemplate;
import dev.lockstep.text.template.TemplateException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A model that is ready to run: its text side, its machine, and what a service answers from, see
 * {@link dev.lockstep.engine.service.InferenceService}.
 *
 * <p>Safe for use by many threads, one at a time: a call waits until the one before it is done. A listener must not call its model.
 */
public final class Lockstep implements AutoCloseable {
    /** Rows of logits that are held at once by {@link #logits}. */
    private static final int LOGITS_ROWS = 16;

    private final ReentrantLock turn = new ReentrantLock();
    private final LoadedModel model;
    private volatile boolean closed;
    private Optional<ModelFingerprint> fingerprint = Optional.empty();
    private boolean freed;

    Lockstep(LoadedModel model) {
        this.model = model;
    }

    /**
     * Opens a model, a GGUF file or a directory with safetensors, with {@link LockstepOptions#DEFAULT}.
     *
     * @throws EngineException if the model cannot be opened
     */
    public static Lockstep open(Path path) {
        return open(path, LockstepOptions.DEFAULT);
    }

    /**
     * Opens a model: reads it, compiles it and puts its weights in place.
     *
     * @param path a GGUF file, of a split one any part, or a directory with {@code config.json} and safetensors
     *
     * @throws EngineException if the model cannot be opened
     */
    public static Lockstep open(Path path, LockstepOptions options) {
        try {
            LoadedModel model = ModelLoader.load(path, options);
            try {
                return new Lockstep(model);
            } catch (Throwable failure) {
                model.close();
                throw failure;
            }
        } catch (OutOfMemoryError full) {
            throw new EngineException(
                    "there is not enough memory to open " + path + "; take a smaller context, or a smaller model",
                    full);
        }
    }

    /**
     * The template that the model file brings.
     *
     * @throws EngineException if it is not a template
     */
    public Optional<ChatTemplate> chatTemplate() {
        try {
            return ChatTemplate.of(
                    metadata(), piece(tokenizer().bos()), piece(tokenizer().eos()));
        } catch (TemplateException broken) {
            throw new EngineException(name() + ": " + ChatTemplate.METADATA_KEY + ": " + broken.getMessage(), broken);
        }
    }

    public Tokenizer tokenizer() {
        return model.tokenizer();
    }

    /** What the model file says about itself. */
    public Metadata metadata() {
        return model.metadata();
    }

    /** What its answers depend on; the first call reads all weights. */
    public ModelFingerprint fingerprint() {
        synchronized (model) {
            if (fingerprint.isEmpty()) {
                fingerprint = Optional.of(model.fingerprint().get());
            }
            return fingerprint.get();
        }
    }

    /** The name of the model's file or directory. */
    public String name() {
        return model.program().name();
    }

    /** The machine that runs the model; a caller that runs steps on it must not use the model at the same time. */
    public Machine machine() {
        return model.program().machine();
    }

    /**
     * Computes the logits after every one of {@code tokens}.
     *
     * @throws EngineException if there are none, or more than the context holds
     */
    public void logits(int[] tokens, LogitsListener listener) {
        inTurn(() -> {
            PromptCheck.check(tokens, machine().vocabularySize(), machine().contextLength());
            int chunk = Math.min(LOGITS_ROWS, machine().maxStepTokens());
            var step = new Step(chunk, machine().vocabularySize());
            try (var sequence = machine().open()) {
                for (int position = 0; position < tokens.length; ) {
                    step.clear();
                    int rows = Math.min(chunk, tokens.length - position);
                    for (int row = 0; row < rows; row++) {
                        step.add(sequence, tokens[position + row], true);
                    }
                    machine().run(step);
                    for (int row = 0; row < rows; row++) {
                        listener.logits(position++, step.logits(), step.logitsOffset(row));
                    }
                }
            }
            return tokens;
        });
    }

    /** Measures the speed of this model on this computer. */
    public BenchmarkResult benchmark(BenchmarkOptions options) {
        return inTurn(() -> Benchmark.run(model.program(), options));
    }

    /** Tells whoever opened the model that something goes on in another way than one might expect. */
    public void warn(String sentence) {
        model.warnings().accept(sentence);
    }

    /** Waits for a running call, and frees everything. */
    @Override
    public void close() {
        if (turn.isHeldByCurrentThread()) {
            throw new IllegalStateException("a listener cannot close its model; wait until the call is done");
        }
        closed = true;
        turn.lock();
        try {
            if (!freed) {
                freed = true;
                model.close();
            }
        } finally {
            turn.unlock();
        }
    }

    private String piece(OptionalInt token) {
        return token.isPresent() ? tokenizer().piece(token.getAsInt()) : "";
    }

    private <T> T inTurn(Supplier<T> work) {
        if (turn.isHeldByCurrentThread()) {
            throw new IllegalStateException("a listener cannot use its model; wait until the call is done");
        }
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model " + name() + " is closed");
            }
            return work.get();
        } finally {
            turn.unlock();
        }
    }
}
