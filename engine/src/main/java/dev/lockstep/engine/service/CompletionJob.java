package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.Lockstep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A request on its way: its choices, its listener, its times. All but the ticket belongs to the scheduler's thread. */
final class CompletionJob implements Ticket {
    private final long id;
    private final CompletionRequest request;
    private final CompletionListener listener;
    private final int[] prompt;
    private final AnswerRules rules;
    private final Lockstep model;
    private final List<AnswerStream> streams = new ArrayList<>();
    private final CompletableFuture<CompletionResult> result = new CompletableFuture<>();
    private final long submitted = System.nanoTime();
    private volatile boolean cancelled;
    private Optional<RuntimeException> listenersFault = Optional.empty();
    private Runnable wakeUp = () -> {};
    private long started;
    private long firstToken;
    private double expectedTokens;
    private int unfinished;
    private int cachedTokens;
    private int steps;
    private int drafted;
    private int accepted;
    private int prefilled;
    private boolean done;

    private CompletionJob(
            long id,
            CompletionRequest request,
            CompletionListener listener,
            int[] prompt,
            AnswerRules rules,
            Lockstep model) {
        this.id = id;
        this.request = request;
        this.listener = listener;
        this.prompt = prompt;
        this.rules = rules;
        this.model = model;
        this.unfinished = request.choices();
    }

    static CompletionJob of(
            long id,
            CompletionRequest request,
            CompletionListener listener,
            PromptEncoder prompts,
            Grammars grammars,
            Lockstep model) {
        if (request.receipt()) {
            model.fingerprint(); // here, where only this request waits for it
        }
        AnswerRules rules = AnswerRules.of(request, prompts, grammars);
        int[] prompt = prompts.encode(request.input(), rules.begun());
        int context = model.machine().contextLength();
        PromptRules.check(prompt, model.machine());
        var job = new CompletionJob(id, request, listener, prompt, rules, model);
        for (int choice = 0; choice < request.choices(); choice++) {
            var answer = new Answer(job, choice, request, rules, model);
            job.streams.add(new AnswerStream(job, answer, context, request.whenContextIsFull()));
        }
        return job;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public void cancel() {
        cancelled = true;
        wakeUp.run();
    }

    @Override
    public CompletableFuture<CompletionResult> result() {
        return result;
    }

    /** What a cancellation does besides being noted. */
    void onCancel(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean done() {
        return done;
    }

    int[] prompt() {
        return prompt;
    }

    Priority priority() {
        return request.priority();
    }

    List<AnswerStream> streams() {
        return streams;
    }

    int maxTokens() {
        return request.maxTokens();
    }

    /** How many tokens all choices together are likely to have. */
    void expect(double tokens) {
        expectedTokens = tokens;
    }

    double expectedTokens() {
        return expectedTokens;
    }

    int cachedTokens() {
        return cachedTokens;
    }

    void started(int cached) {
        if (started == 0) {
            started = System.nanoTime();
            cachedTokens = cached;
            prefilled = cached;
            tell(new CompletionEvent.Started(prompt.length, cached));
        }
    }

    /** Counts tokens that another request computed in the meantime. */
    void foundInCache(int tokens) {
        cachedTokens = Math.min(cachedTokens + tokens, prompt.length - 1);
    }

    void prefilled(int length) {
        if (length > prefilled) {
            prefilled = Math.min(length, prompt.length);
            tell(new CompletionEvent.Prefill(prefilled, prompt.length));
        }
    }

    void countStep(int guessed) {
        steps++;
        drafted += guessed;
    }

    void countRightGuess() {
        accepted++;
    }

    int drafted() {
        return drafted;
    }

    int accepted() {
        return accepted;
    }

    void tokenChosen() {
        firstToken = firstToken == 0 ? System.nanoTime() : firstToken;
    }

    /** Tells the listener; one that throws ends its request, and hears no more. */
    void tell(CompletionEvent event) {
        if (listenersFault.isPresent()) {
            return;
        }
        try {
            listener.on(event);
        } catch (RuntimeException fault) {
            listenersFault = Optional.of(fault);
            cancel();
        }
    }

    void choiceFinished(int choice, FinishReason reason) {
        tell(new CompletionEvent.ChoiceFinished(choice, reason));
        unfinished--;
        if (unfinished == 0) {
            complete();
        }
    }

    private void complete() {
        done = true;
        long now = System.nanoTime();
        List<CompletionResult.Choice> choices =
                streams.stream().map(stream -> stream.answer().result()).toList();
        var usage = new Usage(
                started == 0 ? 0 : prefilled,
                cachedTokens,
                choices.stream().mapToInt(choice -> choice.tokens().size()).sum());
        var timings = new Timings(
                (started == 0 ? now : started) - submitted,
                firstToken == 0 ? 0 : firstToken - submitted,
                now - submitted,
                steps,
                drafted,
                accepted);
        var completed = new CompletionResult(choices, usage, timings, receipt(choices));
        tell(new CompletionEvent.Completed(completed));
        listenersFault.ifPresentOrElse(result::completeExceptionally, () -> result.complete(completed));
    }

    /** None for an answer that was cancelled: it depends on time. */
    private Optional<Receipt> receipt(List<CompletionResult.Choice> choices) {
        if (!request.receipt() || cancelled) {
            return Optional.empty();
        }
        List<List<Integer>> outputs = choices.stream()
                .map(choice -> choice.tokens().stream().map(ScoredToken::token).toList())
                .toList();
        return Optional.of(Receipts.write(model, request, rules, prompt, outputs));
    }

    /** Ends everything with an exception. */
    void fail(EngineException cause) {
        if (!done) {
            done = true;
            tell(new CompletionEvent.Failed(cause));
            result.completeExceptionally(cause);
        }
    }
}
