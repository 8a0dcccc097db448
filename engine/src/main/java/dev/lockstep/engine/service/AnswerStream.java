package dev.lockstep.engine.service;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.graph.machine.Step;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One choice of a request on the machine: a text that grows. Its tokens that are not in the KV cache are pending; a step takes some
 * of them, and once it has taken the last, its logits choose the next token. Suspended, it loses its memory but nothing else: what
 * it computes again has the same bits.
 */
final class AnswerStream {
    private static final int NOT_IN_STEP = -1;

    /** Most tokens that are guessed ahead. */
    private static final int MOST_GUESSES = 15;

    private final CompletionJob job;
    private final Answer answer;
    private final int contextLength;
    private final boolean shifts;

    /** Prompt and answer. */
    private int[] tokens;

    private int size;
    private Optional<KvText> kv = Optional.empty();
    private int logitsIndex = NOT_IN_STEP;
    private final PromptLookup lookup = new PromptLookup();
    private Optional<DraftText> draft = Optional.empty();
    private final int[] guesses = new int[MOST_GUESSES];
    private int guessed;

    /** Whether the draft model is to make, or has made, the guesses; what each right one saves, and what all take. */
    private boolean drafted;

    private double saves;
    private double takes;

    AnswerStream(CompletionJob job, Answer answer, int contextLength, WhenContextIsFull whenFull) {
        this.job = job;
        this.answer = answer;
        this.contextLength = contextLength;
        this.shifts = whenFull == WhenContextIsFull.SHIFT;
        this.tokens = Arrays.copyOf(job.prompt(), job.prompt().length + 64);
        this.size = job.prompt().length;
    }

    CompletionJob job() {
        return job;
    }

    Answer answer() {
        return answer;
    }

    boolean finished() {
        return answer.finished();
    }

    /** Takes memory and what the cache has of its tokens; false if there is no memory now. */
    boolean start(KvMemory memory) {
        kv = KvText.open(memory, tokens, size);
        kv.ifPresent(text -> job.started(text.length()));
        return kv.isPresent();
    }

    /** Takes what the cache has got of its tokens since it started. */
    void lookAgain(KvMemory memory) {
        if (nextBlock().map(memory.cache()::has).orElse(false)) {
            int before = pending();
            suspend();
            start(memory);
            job.foundInCache(before - pending());
        }
    }

    /** The next block of its tokens that has to be read, and that others may want, too. */
    Optional<PrefixCache.Place> nextBlock() {
        return kv.flatMap(text -> text.nextBlock(tokens, size - 1));
    }

    /** Gives its memory back, what is worth keeping to the cache; it can start again. */
    void suspend() {
        leave(KvText::close);
    }

    /** Gives its memory back after a step that failed half-way: nobody knows what it holds. */
    void abandon() {
        kv.ifPresent(KvText::close);
        kv = Optional.empty();
        guessed = 0;
        drafted = false;
        draft.ifPresent(DraftText::close);
    }

    /** Gives its memory back for good, and to the cache all that it knows. */
    private void end() {
        leave(text -> text.end(tokens, Math.min(size, text.length())));
    }

    private void leave(Consumer<KvText> exit) {
        kv.ifPresent(text -> {
            text.share(tokens, Math.min(size, text.length()));
            exit.accept(text);
        });
        kv = Optional.empty();
        guessed = 0;
        draft.ifPresent(DraftText::close);
    }

    /** Tokens that are not in the KV cache. */
    int pending() {
        return size - kv.map(KvText::length).orElse(0);
    }

    /** Whether it reads tokens that are known, so that several can be computed at once. */
    boolean reading() {
        return pending() > 1 || !answer.begun();
    }

    /** Makes sure of memory for its pending tokens, that of the draft first of all; false if there is none now. */
    boolean reserve() {
        if (kv.orElseThrow().reserve(size)) {
            return true;
        }
        draft.ifPresent(DraftText::close);
        return kv.orElseThrow().reserve(size);
    }

    /**
     * Guesses the tokens behind its only pending one, if that is worth it; the next step checks them.
     *
     * @param room most guesses
     */
    void guess(StepTimes times, int streams, int tokensInStep, int room) {
        int most = Math.min(Math.min(room, MOST_GUESSES), Math.min(contextLength - size, answer.tokensLeft() - 1));
        lookup.read(tokens, size);
        // Looked for in any case: whether a guess would have been right says whether the next ones are worth it.
        boolean found = lookup.find(tokens, size);
        guessed = found && most > 0 ? times.worthwhile(streams, tokensInStep, lookup.trust(), most, 0) : 0;
        lookup.guess(tokens, size, guesses, guessed);
        drafted = false;
        if (guessed == 0 && most > 0 && draft.isPresent()) {
            guessed = draft.get().worthwhile(tokens, size, times, streams, tokensInStep, most);
            drafted = guessed > 0;
            saves = times.nanos(tokensInStep) / streams;
            takes = times.nanos(tokensInStep + guessed) - times.nanos(tokensInStep);
        }
        if (guessed > 0 && !kv.orElseThrow().reserve(size + guessed)) {
            guessed = 0;
            drafted = false;
        }
        if (drafted) {
            draft.orElseThrow().want(guesses, guessed);
        }
    }

    /** Lets a draft model guess where the text itself does not. */
    void draftWith(DraftModel model, KvMemory memory) {
        draft = Optional.of(model.follow(memory));
    }

    /** What is to guess its next tokens, if it is the draft model. */
    Optional<DraftText> drafting() {
        return drafted ? draft : Optional.empty();
    }

    /** Guesses that the next step is to check. */
    int guessed() {
        return guessed;
    }

    /** Puts its next {@code count} pending tokens into a step, and its guesses. */
    void contribute(Step step, int count) {
        KvText text = kv.orElseThrow();
        int from = text.length();
        boolean last = from + count == size;
        for (int i = 0; i < count; i++) {
            step.add(text.sequence(), tokens[from + i], last && i == count - 1 && answer.wantsTokens());
        }
        logitsIndex = last && answer.wantsTokens() ? step.size() - 1 : NOT_IN_STEP;
        for (int i = 0; i < guessed; i++) {
            step.add(text.sequence(), guesses[i], true);
        }
        job.countStep(guessed);
    }

    /** Notes that a step was computed: what it read is in the KV cache. */
    void received() {
        KvText text = kv.orElseThrow();
        if (guessed == 0) {
            text.share(tokens, text.length());
        }
        if (!answer.begun()) {
            job.prefilled(text.length());
        }
    }

    /** Whether the step at hand read the end of the prompt. */
    boolean readPrompt() {
        return logitsIndex != NOT_IN_STEP && !answer.begun();
    }

    /** Chooses the next token if the step at hand has its logits. */
    void advance(Step step) {
        if (logitsIndex != NOT_IN_STEP) {
            answer(step);
        } else if (pending() == 0) {
            finish(FinishReason.LENGTH);
        }
    }

    /** Begins where {@code other}, a choice of the same request, is that has just read the prompt; false if there is no memory now. */
    boolean startLike(AnswerStream other, Step step) {
        kv = other.kv.flatMap(KvText::fork);
        boolean started = kv.isPresent();
        if (started) {
            answer(step.logits(), step.logitsOffset(step.logitsRow(other.logitsIndex)));
        }
        return started;
    }

    /** Chooses the next token, and another one behind each guess that was right: its logits are there already. */
    private void answer(Step step) {
        int right = 0;
        answer(step.logits(), step.logitsOffset(step.logitsRow(logitsIndex)));
        while (right < guessed
                && tokens[size - 1] == guesses[right]) { // nothing is guessed any more once it is finished
            right++;
            job.countRightGuess();
            answer(step.logits(), step.logitsOffset(step.logitsRow(logitsIndex + right)));
        }
        if (drafted) {
            draft.orElseThrow().learn(right, saves, takes);
            drafted = false;
        }
        if (guessed > 0) {
            kv.orElseThrow().truncate(size - 1);
            guessed = 0;
        }
    }

    private void answer(float[] logits, int offset) {
        int token = answer.next(logits, offset);
        if (answer.finished()) {
            end();
        } else if (size < contextLength) {
            append(token);
        } else if (shifts) {
            append(token);
            shift();
        } else {
            finish(FinishReason.LENGTH);
        }
    }

    private void append(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = token;
    }

    /** Forgets the older half, but not the beginning, and is suspended to read the rest anew. */
    private void shift() {
        suspend();
        int kept = Math.min(job.prompt().length, contextLength / 8);
        int recent = Math.max(1, contextLength / 2 - kept);
        System.arraycopy(tokens, size - recent, tokens, kept, recent);
        size = kept + recent;
    }

    /** Ends with what there is so far. */
    void finish(FinishReason reason) {
        end();
        answer.finish(reason);
    }

    /** Whether it runs: has memory. */
    boolean running() {
        return kv.isPresent();
    }
}
