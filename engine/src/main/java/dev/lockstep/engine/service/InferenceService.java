package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Serves a model to many at once.
 *
 * {@snippet lang=java :
 * try (var service = InferenceService.open(path)) {
 *     service.generate("Once upon a time", text -> System.out.print(text));
 * }
 * }
 *
 * <p>Safe for use by many threads. Listeners are called on the one thread that runs the machine.
 */
public final class InferenceService implements AutoCloseable {
    private final Lockstep model;
    private final PromptEncoder prompts;
    private final Grammars grammars;
    private final Optional<DraftModel> draft;
    private final Scheduler scheduler;
    private final AtomicLong ids = new AtomicLong();

    /** @param clock of nanoseconds, by which it tells what pays */
    InferenceService(Lockstep model, Optional<Lockstep> draft, ServiceOptions options, LongSupplier clock) {
        this.model = model;
        this.prompts = new PromptEncoder(model);
        this.grammars = new Grammars(model);
        var board = new StatusBoard();
        this.draft = draft.map(small -> DraftModel.of(small, model, clock));
        this.scheduler = new Scheduler(Batch.of(model.machine(), this.draft, options, board, clock), board, options);
    }

    /**
     * Opens a model and serves it, with the defaults.
     *
     * @param file a GGUF file, or a directory with safetensors
     *
     * @throws EngineException if it cannot be opened
     */
    public static InferenceService open(Path file) {
        return open(Lockstep.open(file), ServiceOptions.DEFAULT);
    }

    /**
     * Starts to serve a model, which must not be used otherwise from now on.
     *
     * @throws EngineException if memory is short; the model is closed then
     */
    public static InferenceService open(Lockstep model, ServiceOptions options) {
        return open(model, Optional.empty(), options);
    }

    /**
     * Serves a model with the help of a small one, which guesses tokens that the large one checks several at a time. Answers are the
     * same to the bit.
     *
     * @param draft a model with the same vocabulary, which must not be used otherwise from now on, either
     * @throws EngineException if it has another vocabulary, or memory is short; both models are closed then
     */
    public static InferenceService open(Lockstep model, Optional<Lockstep> draft, ServiceOptions options) {
        try {
            return new InferenceService(model, draft, options, System::nanoTime);
        } catch (RuntimeException refused) {
            draft.ifPresent(Lockstep::close);
            model.close();
            throw refused;
        }
    }

    /**
     * Takes a request, and returns before it is answered.
     *
     * @param listener hears of everything that happens to the request; nothing if this call throws
     * @throws RefusedException if the request is not taken; its kind says why
     */
    public Ticket submit(CompletionRequest request, CompletionListener listener) {
        CompletionJob job = CompletionJob.of(ids.incrementAndGet(), request, listener, prompts, grammars, model);
        scheduler.submit(job);
        return job;
    }

    /**
     * Answers a request, and waits for it.
     *
     * @throws EngineException if the request is not taken, or cannot be completed
     */
    public CompletionResult complete(CompletionRequest request, CompletionListener listener) {
        return await(submit(request, listener));
    }

    /**
     * Waits for a request.
     *
     * @throws EngineException if it cannot be completed
     */
    public static CompletionResult await(Ticket ticket) {
        try {
            return ticket.result().join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException known ? known : failed;
        }
    }

    /**
     * Continues a text until the model stops or the context is full, and waits for it.
     *
     * @param text hears the answer piece by piece, on the thread that computes
     * @throws EngineException if the text is not taken, or cannot be completed
     */
    public CompletionResult generate(String prompt, Consumer<String> text) {
        return complete(CompletionRequest.of(prompt).build(), CompletionListener.ofText(text));
    }

    /**
     * Writes a text and what was computed of it to a file, so that this or another process goes on from there without reading it again.
     * Computes what is missing first.
     *
     * @param note any text that is to stand beside, such as the conversation
     * @return what was written
     * @throws EngineException if the input is not taken, or the file cannot be written
     */
    public SavedSession save(Input input, Path file, String note) {
        CompletionRequest reading = CompletionRequest.of(input).maxTokens(0).build();
        complete(reading, _ -> {});
        int[] tokens = encode(input);
        List<PrefixCache.Node> path = scheduler.ask(batch -> batch.memory().pinPrefix(tokens, tokens.length));
        try {
            List<KvBlock> blocks = path.stream().map(PrefixCache.Node::block).toList();
            SessionFile.write(file, model, tokens, blocks, note);
            return new SavedSession(tokens.length, blocks.size() * KvLayout.BLOCK, note);
        } finally {
            scheduler.ask(batch -> {
                batch.memory().cache().unpin(path);
                return path;
            });
        }
    }

    /**
     * Takes a file that {@link #save} wrote: a request that begins like its text finds it computed.
     *
     * @throws EngineException if the file is no session, damaged, or another model's
     */
    public SavedSession load(Path file) {
        try (var session = SessionFile.open(file, model)) {
            PromptRules.check(session.tokens(), model.machine());
            int computed = scheduler.ask(batch -> batch.memory().restore(session, model.machine()));
            return new SavedSession(session.tokens().length, computed, session.note());
        }
    }

    /** Turns texts into vectors; the future fails with a {@link RefusedException} if the request is not taken. */
    public CompletableFuture<Embeddings> embed(EmbeddingRequest request) {
        try {
            EmbeddingJob job = EmbeddingJob.of(request, model);
            scheduler.submit(job);
            return job.result();
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /**
     * Makes the answer of a receipt again.
     *
     * @return nothing if it is the same; else what differs first, in a sentence
     * @throws RefusedException if the request is not taken
     */
    public Optional<String> replay(Receipt receipt) {
        Optional<String> objection = Receipts.objection(model, prompts.toolSyntax(), receipt);
        if (objection.isPresent()) {
            return objection;
        }
        CompletionResult result = complete(Receipts.request(receipt), _ -> {});
        return Receipts.difference(
                receipt.outputs(),
                result.choices().stream()
                        .map(choice ->
                                choice.tokens().stream().map(ScoredToken::token).toList())
                        .toList());
    }

    /**
     * The text that the chat template makes of a conversation.
     *
     * @throws InvalidRequestException if the template refuses it
     */
    public String render(Conversation conversation) {
        return prompts.render(conversation);
    }

    /**
     * The tokens of an input.
     *
     * @throws InvalidRequestException if the chat template refuses it
     */
    public int[] encode(Input input) {
        return prompts.encode(input);
    }

    /** Reads something off the machine between two steps. */
    public <T> CompletableFuture<T> inspect(Function<Machine, T> reading) {
        return scheduler.inspect(batch -> reading.apply(model.machine()));
    }

    /** The model that is served: its name, tokenizer and metadata may be read at any time. */
    public Lockstep model() {
        return model;
    }

    public ServiceStatus status() {
        return scheduler.status();
    }

    /** Cancels all requests, waits for the step at hand, and closes the model. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Takes no more requests, completes those it has in at most {@code grace}, cancels the rest, and closes the model. */
    public void close(Duration grace) {
        scheduler.close(grace);
        draft.ifPresent(DraftModel::close);
        model.close();
    }
}
