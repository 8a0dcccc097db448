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
 * A model that is ready to run: from a path to streamed text in three lines.
 *
 * {@snippet lang=java :
 * try (Lockstep model = Lockstep.open(Path.of("model.gguf"))) {
 *     model.generate("Once upon a time", text -> System.out.print(text));
 * }
 * }
 *
 * <p>Safe for use by many threads, one at a time: a call waits until the one before it is done. A listener must not call its model.
 * {@link #close} ends a running generation as cancelled.
 */
public final class Lockstep implements AutoCloseable {
    /** Rows of logits that are held at once by {@link #logits}. */
    private static final int LOGITS_ROWS = 16;

    private final ReentrantLock turn = new ReentrantLock();
    private final LoadedModel model;
    private final Session session;
    private volatile boolean closed;
    private Optional<ModelFingerprint> fingerprint = Optional.empty();
    private boolean freed;

    Lockstep(LoadedModel model) {
        this.model = model;
        this.session = new Session(machine());
    }

    /**
     * Opens a model with {@link LockstepOptions#DEFAULT}.
     *
     * @throws EngineException if the model cannot be opened
     */
    public static Lockstep open(Path path) {
        return open(path, LockstepOptions.DEFAULT);
    }

    /**
     * Opens a GGUF model: reads it, compiles it and puts its weights in place.
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

    /** Continues a text until the model stops or the context is full. */
    public Generation generate(String prompt, GenerationListener listener) {
        return generate(GenerationRequest.of(prompt), listener);
    }

    /**
     * Continues a prompt. What it shares with the prompt and answer of the call before is not computed again.
     *
     * @throws EngineException if the prompt is empty or too long for the context
     */
    public Generation generate(GenerationRequest request, GenerationListener listener) {
        int[] prompt = request.prompt().encode(tokenizer());
        return inTurn(
                () -> Generator.generate(session, tokenizer(), prompt, request.options(), new EndedByClose(listener)));
    }

    /**
     * A new conversation, in the words of the model's chat template; a model without one talks in a plain format, and a warning
     * says so.
     *
     * @throws EngineException if what the model file brings is not a template
     */
    public Chat chat() {
        Optional<ChatTemplate> template = chatTemplate();
        if (template.isEmpty()) {
            model.warnings()
                    .accept(name() + " has no chat template, so that the conversation is put to it as plain text"
                            + " (\"User: ...\", \"Assistant: ...\"); do not expect much");
        }
        return new Chat(
                this, template.<ConversationFormat>map(TemplateFormat::new).orElseGet(PlainFormat::new));
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

    /** The name of the model's file. */
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

    /** Waits for a running generation, which ends as cancelled, and frees everything. */
    @Override
    public void close() {
        if (turn.isHeldByCurrentThread()) {
            throw new IllegalStateException("a listener cannot close its model; let it answer cancelled() with true");
        }
        closed = true;
        turn.lock();
        try {
            if (!freed) {
                freed = true;
                session.close();
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

    /** The caller's listener, which also says that a generation is cancelled when the model is being closed. */
    private final class EndedByClose implements GenerationListener {
        private final GenerationListener listener;

        EndedByClose(GenerationListener listener) {
            this.listener = listener;
        }

        @Override
        public void text(String text) {
            listener.text(text);
        }

        @Override
        public void token(int token) {
            listener.token(token);
        }

        @Override
        public void prefill(int done, int total) {
            listener.prefill(done, total);
        }

        @Override
        public boolean cancelled() {
            return closed || listener.cancelled();
        }
    }
}
