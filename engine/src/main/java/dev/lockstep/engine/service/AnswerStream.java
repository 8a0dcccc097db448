package dev.lockstep.engine.service;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Step;
import java.util.Arrays;
import java.util.Optional;

/**
 * One choice of a request on the machine: a text that grows. Its tokens that are not in the KV cache are pending; a step takes some
 * of them, and once it has taken the last, its logits choose the next token. Suspended, it loses its memory but nothing else: what
 * it computes again has the same bits.
 */
final class AnswerStream {
    private static final int NOT_IN_STEP = -1;

    private final CompletionJob job;
    private final Answer answer;
    private final int contextLength;
    private final boolean shifts;

    /** Prompt and answer. */
    private int[] tokens;

    private int size;
    private Optional<KvText> kv = Optional.empty();
    private int logitsIndex = NOT_IN_STEP;

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
    boolean start(Machine machine, KvMemory memory) {
        kv = KvText.open(machine, memory, tokens, size);
        kv.ifPresent(text -> job.started(text.length()));
        return kv.isPresent();
    }

    /** Gives its memory back; it can start again. */
    void suspend() {
        kv.ifPresent(KvText::close);
        kv = Optional.empty();
    }

    /** Tokens that are not in the KV cache. */
    int pending() {
        return size - kv.map(KvText::length).orElse(0);
    }

    /** Whether it reads tokens that are known, so that several can be computed at once. */
    boolean reading() {
        return pending() > 1 || !answer.begun();
    }

    /** Makes sure of memory for its pending tokens; false if there is none now. */
    boolean reserve() {
        return kv.orElseThrow().reserve(size);
    }

    /** Puts its next {@code count} pending tokens into a step. */
    void contribute(Step step, int count) {
        KvText text = kv.orElseThrow();
        int from = text.length();
        boolean last = from + count == size;
        for (int i = 0; i < count; i++) {
            step.add(text.sequence(), tokens[from + i], last && i == count - 1 && answer.wantsTokens());
        }
        logitsIndex = last && answer.wantsTokens() ? step.size() - 1 : NOT_IN_STEP;
        job.countStep();
    }

    /** Notes that a step was computed: what it read is in the KV cache. */
    void received() {
        KvText text = kv.orElseThrow();
        text.share(tokens, text.length());
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
            answer(step.logits(), step.logitsOffset(step.logitsRow(logitsIndex)));
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

    private void answer(float[] logits, int offset) {
        int token = answer.next(logits, offset);
        if (answer.finished()) {
            suspend();
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
        int kept = Math.min(job.prompt().length, contextLength / 8);
        int recent = Math.max(1, contextLength / 2 - kept);
        System.arraycopy(tokens, size - recent, tokens, kept, recent);
        size = kept + recent;
        suspend();
    }

    /** Ends with what there is so far. */
    void finish(FinishReason reason) {
        suspend();
        answer.finish(reason);
    }

    /** Whether it runs: has memory. */
    boolean running() {
        return kv.isPresent();
    }
}
